"""The one style sheet of all pages, and its hash for the Content-Security-Policy."""

import hashlib
from base64 import b64encode

# The colours, by name, so that their contrast can be reckoned and not only looked at.
INK, PAPER, SHADE, ACCENT, WRONG = "#0b0c0c", "#ffffff", "#eef1f4", "#1a4ed8", "#b00020"
# Text on its ground: each of these pairs stands somewhere on a page.
PAIRS = ((INK, PAPER), (INK, SHADE), (PAPER, ACCENT), (ACCENT, PAPER), (WRONG, PAPER))
# The least height of whatever can be pressed, in CSS pixels.
TARGET = 44

STYLE = f"""
*{{box-sizing:border-box}}
body{{margin:0;color:{INK};background:{PAPER};font:1.125rem/1.5 system-ui,sans-serif}}
header,main{{max-width:42rem;margin:0 auto;padding:1rem}}
header{{border-bottom:4px solid {INK};font-weight:700}}
.skip{{position:absolute;left:-999rem}}
.skip:focus{{position:static;display:block;padding:.75rem;background:{SHADE};color:{INK}}}
h1{{font-size:2rem;line-height:1.2;margin:1rem 0}}
h2{{font-size:1.375rem;margin:1.5rem 0 .5rem}}
fieldset{{border:0;margin:0 0 1.5rem;padding:0;min-width:0}}
legend,label{{font-weight:600;padding:0}}
.field{{margin:0 0 1.5rem}}
.field>label{{display:block}}
.hint{{margin:.25rem 0;color:{INK}}}
.error{{margin:.25rem 0;color:{WRONG};font-weight:700}}
.wrong{{border-left:5px solid {WRONG};padding-left:1rem}}
input,select,textarea{{font:inherit;color:{INK};background:{PAPER};border:2px solid {INK};\
min-height:{TARGET}px;padding:.25rem .5rem;width:100%;max-width:100%;border-radius:0}}
input[type=radio],input[type=checkbox]{{width:{TARGET}px;flex:none;margin:0;accent-color:{ACCENT}}}
.option{{display:flex;align-items:center;gap:.75rem;margin:.5rem 0}}
.option label{{font-weight:400}}
:focus-visible,.summary:focus{{outline:3px solid {ACCENT};outline-offset:3px}}
button,.button{{font:inherit;font-weight:600;min-height:{TARGET}px;padding:.5rem 1.25rem;\
cursor:pointer;border:2px solid {ACCENT};background:{ACCENT};color:{PAPER};\
margin:0 .75rem .75rem 0}}
button.second{{background:{PAPER};color:{ACCENT}}}
button.link{{background:{PAPER};color:{ACCENT};border-color:{PAPER};padding:.25rem .5rem;margin:0;\
text-decoration:underline}}
a{{color:{ACCENT};display:inline-block;min-height:24px}}
.summary{{border:4px solid {WRONG};padding:1rem;margin:1rem 0 1.5rem}}
.summary h2{{margin-top:0}}
.panel{{background:{SHADE};padding:1.25rem;margin:1rem 0 1.5rem}}
.reference{{font-size:1.5rem;font-weight:700}}
dl{{margin:0 0 1.5rem}}
dl>div{{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:.5rem 0;border-bottom:1px solid {INK}}}
dt{{font-weight:600;flex:1 1 12rem}}
dd{{margin:0;flex:2 1 14rem;overflow-wrap:anywhere}}
"""
STYLE_HASH = "sha256-" + b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    "sandbox allow-forms; default-src 'none'; form-action 'self'; "
    f"style-src '{STYLE_HASH}'; frame-ancestors 'self'; base-uri 'none'"
)
