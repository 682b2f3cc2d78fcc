-- The net of what is billed and recognised to date is a contract liability or a contract asset (606-10-45-1 to 4).

CREATE VIEW balance AS
SELECT * EXCLUDE (net_before), greatest(net, 0) AS contract_liability, greatest(-net, 0) AS contract_asset,
    greatest(net, 0) - greatest(net_before, 0) AS liability_moved, greatest(-net, 0) - greatest(-net_before, 0) AS asset_moved
FROM (SELECT *, net - billed + recognised + accrued AS net_before FROM running);
