-- Grain:   one row per record of $side (account_records or worker_records)
-- Key:     unique_id
-- Answers: which normal forms of names, addresses and numbers can be compared, and under which keys?
-- Not for: showing to anybody
with plain_letters as (
    select
        records.*,
        -- letters that have no accent to take off, then the accents
        regexp_replace(
            strip_accents(replace(replace(replace(replace(replace(lower(records.full_name), 'ß', 'ss'), 'æ', 'ae'),
                'ø', 'o'), 'ł', 'l'), 'đ', 'd')),
            '[''’`.]', '', 'g'
        ) as name,
        list_distinct(list_filter(
            [
                regexp_replace(strip_accents(lower(split_part(records.email, '@', 1))), '[^\pL\pN]', '', 'g'),
                regexp_replace(strip_accents(lower(split_part(records.username, '@', 1))), '[^\pL\pN]', '', 'g')
            ],
            lambda handle: length(handle) >= 3
        )) as handles,
        nullif(regexp_replace(regexp_replace(lower(records.ref), '[^a-z0-9]', '', 'g'), '^0+', ''), '') as ref_key
    from records
),

words as (
    select
        * exclude (name),
        -- "Ruiz, Dana" is "Dana Ruiz"
        list_filter(
            regexp_extract_all(
                case
                    when contains(name, ',') then concat(split_part(name, ',', 2), ' ', split_part(name, ',', 1))
                    else name
                end,
                '\pL+'
            ),
            lambda word: word not in ('jr', 'sr', 'ii', 'iii', 'iv', 'dr', 'mr', 'mrs', 'ms', 'phd', 'md', 'rn')
        ) as tokens
    from plain_letters
),

halves as (
    select
        *,
        case when length(tokens) > 1 then tokens[1] end as given,
        case when length(tokens) > 0 then tokens[-1] end as family
    from words
),

forms as (
    select
        *,
        array_to_string(list_sort(tokens), ' ') as sorted_name,
        concat(given, ' ', family) as name_forward,
        concat(family, ' ', given) as name_backward,
        case when given is not null then concat(family, '|', left(given, 1)) end as family_initial,
        case
            when given is null then []
            else
                [
                    concat(given, family),
                    concat(left(given, 1), family),
                    concat(given, left(family, 1)),
                    concat(family, left(given, 1)),
                    concat(family, given),
                    given,
                    family
                ]
        end as built_handles
    from halves
)

select
    unique_id,
    person,
    ref,
    start_day,
    end_day,
    sites,
    department,
    has_account,
    ref_key,
    tokens,
    given,
    family,
    family_initial,
    nullif(sorted_name, '') as sorted_name,
    case when $side = 'worker' then nullif(sorted_name, '') end as bearer,
    case when $side = 'worker' then nullif(sorted_name, '') end as odd_bearer,
    case when given is not null then name_forward end as name_forward,
    case when given is not null then name_backward end as name_backward,
    handles,
    built_handles,
    list_filter(handles, lambda handle: not list_contains(built_handles, handle)) as odd_handles,
    list_filter(handles, lambda handle: not regexp_full_match(handle, '[a-z]{0,2}[0-9]{3,}')) as spoken_handles,
    list_filter(list_distinct(list_concat(
        case
            when given is null then []
            else [concat(family, '|', left(given, 1)), concat(given, '|', left(family, 1))]
        end,
        list_transform(handles, lambda handle: concat('@', handle)),
        list_transform(
            case when $side = 'worker' then built_handles[1:5] else [] end, lambda handle: concat('@', handle)
        ),
        case when ref_key is null then [] else [concat('#', ref_key)] end,
        -- one part of the name as written, and a start in the same 30 days or the 30 before
        list_transform(
            list_distinct([
                concat(given, '~', start_day // 30),
                concat(family, '~', start_day // 30),
                case when $side = 'account' then concat(given, '~', start_day // 30 - 1) end,
                case when $side = 'account' then concat(family, '~', start_day // 30 - 1) end
            ]),
            lambda part: case when given is not null and start_day is not null then part end
        )
    )), lambda block_key: block_key is not null) as block_keys
from forms
