"""Twelve questions as people ask them, for load and cost: invented, short and long, one thing or two."""

QUESTIONS = (
    "Which form do I use for a Year 4 pupil without an EHCP who cannot get going with phonics?",
    "what must be in place before we refer",
    "How long does support last once we are open, and who decides when it ends?",
    "does mum have to sign before i send it",
    "We have a Y9 with an EHCP who is close to exclusion. Who can help and how do I ask?",
    "can they come to an annual review",
    "A pupil with hearing aids moves to us in June. Does the support move with her? Do we refer again?",
    "how soon will someone answer",
    "Do you see children in nursery?",
    "what does APDR stand for",
    "Our SENCo is new. Is there any support for her, and does it cost anything?",
    "who sorts the taxi for a pupil with a plan",
)
