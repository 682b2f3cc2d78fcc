-- The net of what is billed and recognised to date is a contract liability or a contract asset (606-10-45-1 to 4).

CREATE VIEW balance AS
SELECT * EXCLUDE (net, net_before), greatest(net, 0) AS contract_liability, greatest(-net, 0) AS contract_asset,
    greatest(net, 0) - greatest(net_before, 0) AS liability_moved, greatest(-net, 0) - greatest(-net_before, 0) AS asset_moved
FROM (
    SELECT *, billed_to_date - recognised_to_date - accrued_to_date AS net,
        billed_to_date - billed - recognised_to_date + recognised - accrued_to_date + accrued AS net_before
    FROM running
);
