"""Form of the members of an ensemble, on Train."""

from __future__ import annotations

from collections import Counter

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import Recipe
from core.families.registry import get_family
from core.recipe.members import MAX_MEMBERS, Member
from core.recipe.recipe import FIELDS
from ui.i18n import _, join_list
from ui.recipe.format import format_network, format_value
from ui.session.data import suggest_recipe
from ui.session.state import State
from ui.shell.widgets import get_widget_key

# Which its network shows.
NETWORK_FIELDS = ("family", "layers", "pooling", "patch_size", "n_kernels", "n_groups")
NAMES_PER_ROW = 2  # of networks, which may be long


def choose_members(visitor: State, recipe: Recipe, ensemble: Recipe) -> Recipe:
    """Choose how many members of each kind an ensemble has; a single one is no ensemble.

    Args:
        visitor: The visitor.
        recipe: The recipe of the other settings, without members.
        ensemble: The recipe before they were set, with the members so far. Kinds that the form
            does not offer by itself, from a link, can be kept and removed.

    Returns:
        The recipe with its members.

    Raises:
        RecipeError: There are too many members.
    """
    settings = {name: getattr(recipe, name) for name in FIELDS if name != "members"}
    members = ensemble.adapt(**settings).members  # which fit the settings
    before = Counter(members or (Member(),))
    chosen: Counter[Member] = Counter()
    with st.expander(_("Ensemble"), icon=":material/hub:", expanded=bool(members)):
        st.caption(_(FIELDS["members"].help))
        columns: list[DeltaGenerator] = []
        for kind, name in _list_kinds(visitor, recipe, members).items():
            columns = columns or st.columns(NAMES_PER_ROW, vertical_alignment="bottom")
            chosen[kind] = columns.pop(0).number_input(
                _("Members: {network}").format(network=name),
                0,
                MAX_MEMBERS,
                value=before[kind],
                key=get_widget_key(visitor, f"members-{FIELDS['members'].to_text((kind,))}"),
            )
    chosen = +chosen
    if chosen in (Counter(), Counter({Member(): 1})):
        return recipe
    # The order decides the seeds, so that of a link is kept.
    return recipe.adapt(members=members if chosen == before else tuple(chosen.elements()))


def _list_kinds(visitor: State, recipe: Recipe, members: tuple[Member, ...]) -> dict[Member, str]:
    """List the kinds to offer, with their names.

    They are the network of the settings, the networks suggested for the other families, and the
    members so far.
    """
    kinds = {Member(): format_network(recipe)}
    shared = {name: getattr(recipe, name) for name, field in FIELDS.items() if field.shared}
    for family in FIELDS["family"].list_choices(recipe):
        if family != recipe.family:
            suggested = suggest_recipe(visitor, family).recipe.adapt(**shared)
            kind = _compare(recipe, suggested)
            same = (each for each in members if _build(recipe, each) == _build(recipe, kind))
            kinds[next(same, kind)] = format_network(suggested)
    return kinds | {each: _name_kind(recipe, each) for each in members if each not in kinds}


def _compare(recipe: Recipe, suggested: Recipe) -> Member:
    """Return the member that a suggested recipe is, without fields that its family does not use."""
    [member] = recipe.adapt(members=(suggested,)).members
    known = get_family(suggested).fields
    return Member(**{name: value for name, value in member.changes if name in known})


def _build(recipe: Recipe, kind: Member) -> Recipe:
    """Return the recipe of a member, with the seed of the first one."""
    return recipe.adapt(members=(kind,)).list_members()[0]


def _name_kind(recipe: Recipe, kind: Member) -> str:
    """Name a kind of members by its network and what else it changes."""
    changes = [
        f"{_(FIELDS[name].label)}: {format_value(FIELDS[name], value)}"
        for name, value in kind.changes
        if name not in NETWORK_FIELDS
    ]
    return join_list([format_network(_build(recipe, kind)), *changes])
