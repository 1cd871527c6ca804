-- Grain:   one row per account and person, the best three of an account that are worth showing
-- Answers: whose could an account be, and how probable is it, given everybody it was compared with and that it may
--          be nobody's?
-- Not for: deciding
-- A weight is the base-2 logarithm of the odds that the two are one person against that the account is nobody's.
with pairs as (
    select
        pairs.*,
        power(2.0, least(pairs.match_weight, 60)) as odds
    from pairs
),

best_of_person as (
    select *
    from pairs
    qualify row_number() over (
        partition by unique_id_l, person_r order by match_weight desc, ref_r desc, unique_id_r
    ) = 1
),

shared as (
    select
        *,
        odds / (1.0 + sum(odds) over (
            partition by unique_id_l
            order by match_weight desc, person_r
            rows between unbounded preceding and unbounded following
        )) as score,
        row_number() over (partition by unique_id_l order by match_weight desc, ref_r, unique_id_r) as candidate_rank
    from best_of_person
)

select
    * exclude (unique_id_l, unique_id_r, ref_l, ref_r, person_l, person_r, source_dataset_l, source_dataset_r, odds, score),
    unique_id_l as account_id,
    ref_r as worker_id,
    round(score, 6) as score
from shared
where candidate_rank <= 3 and score >= 0.01
order by account_id, candidate_rank
