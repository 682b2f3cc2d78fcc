-- The net of what is billed and recognised to date is a contract liability or a contract asset (606-10-45-1 to 4).

CREATE VIEW balance AS
SELECT *,
    greatest(billed_to_date - recognised_to_date, 0) AS contract_liability,
    greatest(recognised_to_date - billed_to_date, 0) AS contract_asset,
    greatest(billed_to_date - recognised_to_date, 0)
        - greatest(billed_to_date - billed - recognised_to_date + recognised, 0) AS liability_moved,
    greatest(recognised_to_date - billed_to_date, 0)
        - greatest(recognised_to_date - recognised - billed_to_date + billed, 0) AS asset_moved
FROM running;
