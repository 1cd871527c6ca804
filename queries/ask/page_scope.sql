-- Grain:   one row per dimension and value a reader may narrow to
-- Answers: which sites, departments, authorities, owners, severities and employment types are there?
-- Not for: counting anything
with sites as (
    select distinct
        'site' as dimension,
        role_states.site as value,
        coalesce(staged_sites.name, role_states.site) as label
    from role_states
    left join staged_sites on staged_sites.site = role_states.site
    where role_states.site is not null
),

departments as (
    select distinct
        'department' as dimension,
        department as value,
        department as label
    from role_states
    where department is not null
),

employment_types as (
    select distinct
        'employment_type' as dimension,
        employment_type as value,
        employment_type as label
    from role_states
    where employment_type is not null
),

authorities as (
    select distinct
        'authority' as dimension,
        authority as value,
        authority as label
    from policy_requirements
    where authority is not null
),

fixed as (
    select
        dimension,
        value,
        value as label
    from (
        values
        ('owner', 'hr'),
        ('owner', 'integration'),
        ('owner', 'training'),
        ('owner', 'learner'),
        ('severity', 'critical'),
        ('severity', 'high'),
        ('severity', 'medium'),
        ('severity', 'low')
    ) as listed (dimension, value)
),

final as (
    select * from sites
    union all
    select * from departments
    union all
    select * from employment_types
    union all
    select * from authorities
    union all
    select * from fixed
)

select * from final
order by dimension, label, value
