"""Typed operations are applied in order, each to the flow that the one before left."""

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from pydantic import ValidationError

from kuznia.domains.flows.edits.changes import fields, official, steps
from kuznia.domains.flows.edits.operations import Edit, ImpossibleEdit
from kuznia.domains.flows.schema import Flow

_APPLIED: Mapping[str, object] = {
    "add-field": fields.add_field,
    "remove-field": fields.remove_field,
    "move-field": fields.move_field,
    "order-fields": fields.order_fields,
    "require-field": fields.require_field,
    "limit-field": fields.limit_field,
    "hint-field": fields.hint_field,
    "retype-field": fields.retype_field,
    "set-options": fields.set_options,
    "rename": steps.rename,
    "add-step": steps.add_step,
    "remove-step": steps.remove_step,
    "move-step": steps.move_step,
    "split-page": steps.split_page,
    "join-pages": steps.join_pages,
    "branch": steps.branch,
    "only-when": steps.only_when,
    "set-days": steps.set_days,
    "set-text": steps.set_text,
    "limit-move": steps.limit_move,
    "set-fee": official.set_fee,
    "set-fees": official.set_fees,
    "exempt": official.exempt,
    "add-approval": official.add_approval,
    "add-signature": official.add_signature,
}


def apply_edits(flow: Flow, edits: Iterable[Edit]) -> Flow:
    """Apply the edits in order; ImpossibleEdit when one of them cannot be applied."""
    for edit in edits:
        # Each function takes the operation that it stands beside.
        apply = cast("Callable[[Flow, Edit], Flow]", _APPLIED[edit.op])
        try:
            flow = apply(flow, edit)
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_input=False)[0]
            raise ImpossibleEdit(f"{edit.op}: {first['msg']}") from wrong
    return flow
