-- Grain:   one row per value of a name column, $column says which
-- Answers: how often does a name of two parts come by chance among the workers?
-- Not for: names of more than two parts, which are rarer than this says
with people as (
    select
        given,
        family,
        count(*) as number_of_workers
    from workers
    where given is not null
    group by given, family
),

total as (
    select greatest(sum(number_of_workers), 1) as number_of_workers
    from people
),

givens as (
    select given, sum(number_of_workers) as number_of_workers
    from people
    group by given
),

families as (
    select family, sum(number_of_workers) as number_of_workers
    from people
    group by family
),

initials as (
    select left(given, 1) as initial, sum(number_of_workers) as number_of_workers
    from people
    group by left(given, 1)
),

name_values as (
    select distinct given, family, family_initial, sorted_name from workers
    union
    select distinct given, family, family_initial, sorted_name from accounts
),

shares as (
    select
        name_values.*,
        (coalesce(givens.number_of_workers, 0) + 0.5) / (total.number_of_workers + 0.5) as given_share,
        (coalesce(families.number_of_workers, 0) + 0.5) / (total.number_of_workers + 0.5) as family_share,
        (coalesce(initials.number_of_workers, 0) + 0.5) / (total.number_of_workers + 0.5) as initial_share,
        -- whoever bears the same name beside the one who is meant
        greatest(coalesce(people.number_of_workers, 0) - 1, 0) / total.number_of_workers as namesake_share
    from name_values
    cross join total
    left join givens on name_values.given = givens.given
    left join families on name_values.family = families.family
    left join initials on left(name_values.given, 1) = initials.initial
    left join people on name_values.given = people.given and name_values.family = people.family
)

select 'sorted_name' as name_column, sorted_name as name_value, max(greatest(given_share * family_share, namesake_share)) as share
from shares
where sorted_name is not null
group by sorted_name
union all
select 'family_initial' as name_column, family_initial as name_value, max(family_share * initial_share) as share
from shares
where family_initial is not null
group by family_initial
union all
select 'given' as name_column, given as name_value, max(given_share) as share
from shares
where given is not null
group by given
union all
select 'family' as name_column, family as name_value, max(family_share) as share
from shares
where family is not null
group by family
union all
-- an address is one worker's: of all who bear a name, somebody else of that name has this very one's by chance
select 'bearer' as name_column, sorted_name as name_value, 0.5 / greatest(count(distinct person), 2) as share
from workers
where sorted_name is not null
group by sorted_name
union all
select 'odd_bearer' as name_column, sorted_name as name_value, 0.01 / greatest(count(distinct person), 2) as share
from workers
where sorted_name is not null
group by sorted_name
order by name_column, name_value
