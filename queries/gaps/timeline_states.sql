-- Grain:   one row per state of a requirement
-- Key:     state
-- Answers: which state wins where several apply (the lowest state_rank)?
-- Not for: causes (see gap_causes)
select *
from (
    values
        ('trained', 1),
        ('waived', 2),
        ('on_leave', 3),
        ('in_grace', 4),
        ('not_evaluable', 5),
        ('gap', 6)
) as timeline_states (state, state_rank)
