-- Check:        every account belongs to one person at most
-- Feed:         lms_accounts
-- Severity:     warning
-- Rows checked: account_links
-- Touches:      account by account_id
-- Do:           say whose account it is in identity_overrides; until then its training counts for nobody
select account_id
from account_links
where status = 'ambiguous'
