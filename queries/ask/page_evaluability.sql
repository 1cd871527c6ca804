-- Grain:   one row
-- Answers: which share of the percentages of a site (NULL: the organisation) is not evaluable, why, and what is left?
-- Not for: scopes other than a site (page_population counts any)
select
    site,
    requirements,
    requirements_not_evaluable,
    requirements_not_evaluable_pct,
    requirement_compliance_at_least_pct,
    answers_due,
    answers_not_evaluable,
    answers_not_evaluable_pct,
    answered_in_time_pct,
    lms_not_evaluable,
    requirements_because,
    answers_because,
    lms_because,
    accounts_because
from evaluability
where site is not distinct from cast($site as varchar)
