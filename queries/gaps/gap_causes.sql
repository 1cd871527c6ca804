-- Grain:   one row per cause of a gap
-- Key:     cause
-- Answers: which cause wins where several apply (the lowest cause_rank), and who can end it?
-- Not for: the causes of single gaps (see gaps)
select *
from (
    values
        ('not_recorded', 1, 'hr'),
        ('no_account', 2, 'integration'),
        ('never_assigned', 3, 'integration'),
        ('assignment_removed', 4, 'training'),
        ('expired_unassigned', 5, 'training'),
        ('expired', 6, 'learner'),
        ('not_completed', 7, 'learner')
) as gap_causes (cause, cause_rank, owner)
