-- Grain:   one row per stretch of a requirement period with valid training
-- Key:     period_key, valid_from
-- Answers: when was required training held? (the rest of the untrained stretches)
-- Not for: which training (see credential_periods); an end after as_of is 9999-12-31 here
with

untrained as (
    select period_key, valid_from, valid_to
    from untrained_stretches
    union all
    select period_key, valid_to as valid_from, valid_to
    from periods_begun
),

stretches as (
    select
        untrained.period_key,
        coalesce(
            max(untrained.valid_to) over (
                partition by untrained.period_key
                order by untrained.valid_from, untrained.valid_to
                rows between unbounded preceding and 1 preceding
            ),
            periods_begun.valid_from
        ) as valid_from,
        untrained.valid_from as valid_to,
    from untrained
    inner join periods_begun on untrained.period_key = periods_begun.period_key
),

final as (
    select *
    from stretches
    where valid_from < valid_to
)

select * from final
