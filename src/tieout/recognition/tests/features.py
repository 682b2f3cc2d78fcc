"""What the engine does besides the published cases, each with the tests that show it: the second half of the conformance page."""

from __future__ import annotations

FEATURES: tuple[tuple[str, str, str], ...] = (
    ("Contracts", "Orders that are one contract", "orders.orders_that_are_one_contract_share_their_price"),
    ("Contracts", "Versions of rules", "orders.what_is_agreed_later_follows_the_later_version_of_the_rule"),
    ("Contracts", "Entities", "orders.each_entity_closes_its_own_months"),
    ("Price", "Expected value", "allocation_cases.an_expected_value_weighs_every_outcome"),
    ("Price", "Rebates", "orders.a_rebate_that_is_expected_is_owed_until_it_is_credited"),
    (
        "Price",
        "Returns",
        "settlement_cases.what_came_back_is_settled_and_the_rest_becomes_revenue_when_the_right_lapses",
    ),
    ("Price", "Financing by the customer", "settlement_cases.goods_paid_for_before_they_are_delivered_cost_interest"),
    (
        "Price",
        "Material rights",
        "allocation_cases.an_option_is_recognised_when_it_is_used_and_the_rest_when_it_expires",
    ),
    ("SSP", "Region, class, effective dates", "refusals.the_most_specific_entry_of_the_book_in_force_is_taken"),
    ("SSP", "Currency, quantity band", "orders.the_book_knows_currencies_and_bands_of_quantity"),
    ("SSP", "Range", "refusals.a_price_inside_the_range_is_its_own_ssp_and_outside_the_chosen_point_is"),
    ("SSP", "Chosen point of a range", "orders.a_price_outside_its_range_is_taken_at_the_chosen_point"),
    ("SSP", "Guard of the residual", "orders.a_residual_outside_what_was_observed_is_refused"),
    ("Allocation", "Bundles", "allocation_cases.a_discount_that_a_bundle_does_not_explain_is_shared_by_all"),
    ("Allocation", "Exclusions and overrides", "refusals.excluded_and_overridden_lines_stand_apart"),
    ("Rules", "Start, end, delivery, acceptance, invoice", "progress_cases.a_point_in_time_has_five_triggers"),
    ("Rules", "Conventions", "ratable_cases.every_convention_has_its_own_january"),
    ("Rules", "Enough days count as a month", "orders.enough_days_of_a_month_are_the_whole_month"),
    ("Rules", "Milestones", "progress_cases.milestones_recognise_their_shares"),
    ("Rules", "Usage", "progress_cases.usage_is_recognised_as_delivered_to_the_last_cent"),
    ("Rules", "Proportional to billing", "progress_cases.revenue_may_follow_billing"),
    ("Rules", "Hold and resume, over time", "ratable_cases.a_held_line_stands_still_and_catches_up_when_it_is_resumed"),
    (
        "Rules",
        "Hold and resume, of a delivery",
        "progress_cases.a_delivery_during_a_hold_waits_for_the_end_of_the_hold",
    ),
    ("Rules", "Conventions stored with figures", "close_cases.a_figure_is_explained_by_the_layer_that_made_it"),
    ("Changes", "Mixture per line", "modification_cases.lines_of_one_contract_may_be_changed_in_different_ways"),
    (
        "Changes",
        "Blend of all that remains",
        "blends.what_remains_of_an_arrangement_is_shared_anew_by_what_it_is_worth",
    ),
    ("Changes", "Added line", "blends.a_line_that_is_added_takes_its_share_of_what_remains"),
    ("Changes", "Upgrade", "blends.an_upgrade_carries_what_is_left_over_to_the_new_plan"),
    ("Changes", "Downgrade", "orders.a_downgrade_lowers_what_remains_only"),
    ("Changes", "Early renewal", "blends.an_early_renewal_spreads_old_and_new_price_over_the_new_term"),
    ("Changes", "Cancellation", "blends.a_cancelled_line_keeps_what_was_recognised"),
    (
        "Changes",
        "Cancellation before the start",
        "orders.what_is_kept_of_a_line_cancelled_before_it_began_is_recognised_at_once",
    ),
    ("Credit memos", "Corrected bill", "settlement_cases.a_corrected_bill_leaves_revenue_alone"),
    ("Credit memos", "Refund", "settlement_cases.a_refund_in_mid_term_offsets_what_was_earned_and_clears_what_was_not"),
    ("Credit memos", "Loss", "settlement_cases.a_receivable_that_is_lost_leaves_revenue_alone"),
    (
        "Commissions",
        "Customer life, renewals, write-off",
        "blends.a_commission_lasts_as_long_as_the_customer_or_the_renewals_expected",
    ),
    ("Commissions", "Written off when cancelled", "blends.a_commission_is_written_off_when_its_contract_is_cancelled"),
    ("Commissions", "Practical expedient", "blends.a_commission_for_a_year_or_less_may_be_expensed"),
    ("Billing", "Net position of a contract", "orders.lines_of_a_contract_net_and_contracts_do_not"),
    ("Closed periods", "Adjustments apart on both sides", "close_cases.an_adjustment_is_told_apart_on_both_sides"),
    ("Closed periods", "Target minus posted", "histories.the_ledger_ends_where_it_would_have_without_any_close"),
    (
        "Currency",
        "Historical rate of deferred revenue",
        "functional_currency.deferred_revenue_keeps_the_rate_of_its_invoice",
    ),
    (
        "Currency",
        "Unbilled revenue",
        "functional_currency.revenue_ahead_of_billing_takes_the_rate_of_its_period_and_its_asset_that_of_the_end",
    ),
    ("Currency", "Balance of journals", "histories.every_part_balances_whatever_the_rates"),
    ("Refusals", "By name", "refusals.a_thing_that_cannot_be_recognised_exactly_is_refused_by_name"),
    (
        "Properties",
        "Second implementation; schedules sum",
        "properties.schedules_and_modifications_agree_with_the_second_implementation",
    ),
    (
        "Properties",
        "Second implementation; blends",
        "properties.lines_that_are_blended_agree_with_the_second_implementation",
    ),
    (
        "Properties",
        "Second implementation; allocations sum",
        "properties.allocations_agree_with_the_second_implementation_and_sum",
    ),
    ("Properties", "Order of rows, contracts and events", "properties.neither_order_nor_company_matters"),
    ("Properties", "Reversal restores", "properties.a_reversed_change_leaves_no_trace_to_date"),
)
"""Topic, feature, and the test: its module without `test_`, and its name without."""


def table() -> str:
    """The features as a table, in the words of the tests."""
    lines = (f"| {topic} | {feature} | {_said(test)} |" for topic, feature, test in FEATURES)
    return "| topic | feature | shown by the test that |\n|---|---|---|\n" + "\n".join(lines) + "\n"


def _said(test: str) -> str:
    return test.partition(".")[2].replace("_", " ")
