"""The one style sheet of all pages, and its hash for the Content-Security-Policy."""

import hashlib
from base64 import b64encode

# The colours by name, so that their contrast can be computed.
INK, MUTED, PAPER, GROUND, LINE = "#10151f", "#48525f", "#ffffff", "#eef2f7", "#78828f"
ACCENT, DEEP, TINT = "#1a4bc4", "#12368f", "#eaf0ff"
WRONG, BLUSH, DONE, MINT = "#a8071a", "#fff1f0", "#0b6b3a", "#e9f7ef"
# Text and background: each of these pairs is on a page or in a diagram.
PAIRS = (
    (INK, PAPER),
    (INK, GROUND),
    (INK, TINT),
    (INK, MINT),
    (MUTED, PAPER),
    (MUTED, GROUND),
    (MUTED, MINT),
    (PAPER, ACCENT),
    (PAPER, DEEP),
    (PAPER, DONE),
    (ACCENT, PAPER),
    (ACCENT, TINT),
    (WRONG, PAPER),
    (WRONG, BLUSH),
)
# The least height of a control, in CSS pixels.
TARGET = 44

STYLE = f"""
*{{box-sizing:border-box}}
body{{margin:0;color:{INK};background:{GROUND};\
font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}}
.skip,.unseen{{position:absolute;left:-999rem}}
.skip:focus{{position:static;display:block;padding:.75rem 1rem;background:{TINT};color:{INK}}}
header{{background:{PAPER};border-bottom:1px solid #d5dce6}}
.bar,main{{max-width:44rem;margin:0 auto}}
.bar{{padding:.75rem 2.25rem;display:flex;align-items:center;justify-content:space-between;\
gap:1rem;min-height:4rem}}
.bar button{{margin-right:-.625rem}}
.bar p{{margin:0;font-weight:700;letter-spacing:-.005em}}
.notice{{padding:.5rem 1.25rem;background:{TINT};font-size:.9375rem;text-align:center}}\
.notice p{{margin:0}}.notice summary{{padding:.25rem;cursor:pointer}}\
.notice ul{{width:fit-content;max-width:40rem;margin:.25rem auto;text-align:start}}
main{{margin:1.5rem auto 3rem;padding:2rem 2.25rem 1.5rem;background:{PAPER};border-radius:1rem;\
box-shadow:0 1px 2px #10151f14,0 8px 24px #10151f0f}}
main:focus{{outline:0}}
h1{{font-size:1.875rem;line-height:1.2;letter-spacing:-.015em;margin:0 0 1.25rem}}
h2{{font-size:1.1875rem;line-height:1.3;margin:1.75rem 0 .5rem}}
p{{margin:0 0 1rem}}
fieldset{{border:0;margin:0;padding:0;min-width:0}}
legend,label{{font-weight:600;padding:0}}
.field{{margin:0 0 1.5rem}}
.field>label{{display:block}}
.hint{{margin:.125rem 0 0;color:{MUTED};font-size:.9375rem}}
.hint::first-letter{{text-transform:uppercase}}
.error{{margin:.25rem 0 0;color:{WRONG};font-weight:600}}
.wrong{{border-left:4px solid {WRONG};padding-left:1rem}}
input,select,textarea{{font:inherit;color:{INK};background:{PAPER};border:1px solid {LINE};\
min-height:3rem;padding:.5rem .75rem;margin-top:.5rem;width:100%;max-width:100%;\
border-radius:.5rem}}
input[inputmode=numeric],input[type=tel],input[type=date],input[type=time]{{max-width:18rem}}
input[type=file]{{padding:.625rem;border-style:dashed;background:{GROUND}}}
input:hover,select:hover,textarea:hover{{border-color:{ACCENT}}}
[aria-invalid=true]:not(fieldset){{border:2px solid {WRONG}}}
input[type=radio],input[type=checkbox]{{width:1.5rem;height:1.5rem;min-height:0;flex:none;\
margin:0;accent-color:{ACCENT}}}
.option{{display:flex;align-items:center;gap:.75rem;margin:.5rem 0 0;padding:0 1rem;\
border:1px solid #c5cdd8;border-radius:.5rem}}
.option:hover{{border-color:{ACCENT}}}
.option:has(:checked){{border-color:{ACCENT};background:{TINT}}}
.option label{{font-weight:400;flex:1;padding:.625rem 0;min-height:{TARGET}px}}
:focus-visible,.summary:focus{{outline:3px solid {ACCENT};outline-offset:2px}}
button{{font:inherit;font-weight:600;min-height:3rem;padding:.5rem 1.5rem;cursor:pointer;\
border:1px solid {ACCENT};border-radius:.625rem;background:{ACCENT};color:{PAPER}}}
button:hover{{background:{DEEP};border-color:{DEEP}}}
button.second{{background:{PAPER};color:{ACCENT}}}
button.second:hover,button.link:hover{{background:{TINT}}}
button.link{{background:none;color:{ACCENT};border-color:transparent;padding:.25rem .625rem;\
min-height:{TARGET}px;font-weight:500;text-decoration:underline;text-underline-offset:.2em}}
.actions{{display:flex;flex-wrap:wrap;gap:.75rem;margin:2rem 0 .75rem}}
a{{color:{ACCENT};display:inline-block;min-height:24px;text-underline-offset:.2em}}
.summary{{border:2px solid {WRONG};border-radius:.75rem;background:{BLUSH};\
padding:1.125rem 1.25rem;margin:0 0 1.75rem}}
.summary h2{{margin:0 0 .5rem}}
.summary ul{{margin:0;padding:0;list-style:none}}
.summary a{{color:{WRONG};font-weight:600}}
.panel{{background:{GROUND};border-radius:.75rem;padding:1.125rem 1.25rem;margin:0 0 1.5rem}}
.panel p:last-child{{margin:0}}
.good{{background:{MINT};text-align:center;padding:1.75rem}}
.good p{{margin:0;color:{MUTED}}}
.good .reference{{font-size:1.625rem;font-weight:700;letter-spacing:.04em;color:{INK}}}
dl{{margin:0 0 1.5rem;border-top:1px solid #d5dce6}}
dl>div{{display:flex;flex-wrap:wrap;align-items:center;gap:0 1rem;padding:.25rem 0;\
min-height:3.25rem;border-bottom:1px solid #d5dce6}}
dt{{flex:1 1 11rem;color:{MUTED}}}
dd{{flex:2 1 16rem;margin:0;display:flex;align-items:center;justify-content:space-between;\
gap:1rem;overflow-wrap:anywhere}}
@media(max-width:34rem){{main{{margin:0;padding:1.5rem 1.25rem;border-radius:0}}\
.bar{{padding:.75rem 1.25rem}}\
dl>div{{padding:.625rem 0}}.actions button{{flex:1 1 100%}}}}
@media(prefers-contrast:more){{.option,dl,dl>div,header{{border-color:{INK}}}}}
@media print{{body{{background:none}}.notice,.actions,button{{display:none}}\
main{{box-shadow:none}}}}
"""
STYLE_HASH = "sha256-" + b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    "sandbox allow-forms; default-src 'none'; form-action 'self'; "
    f"style-src '{STYLE_HASH}'; frame-ancestors 'self'; base-uri 'none'"
)
