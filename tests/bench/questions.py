"""Questions as people ask them, for load and cost: twelve, short and long, one thing or two; and long messages. Invented."""

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

SINGLE = (
    "Which form do I use for a Year 4 pupil without an EHCP who cannot get going with phonics?",
    "How long does bespoke support last once we are open?",
    "Does his mum have to sign before I send it?",
    "When does the first review come after the plan was agreed?",
    "Who sends the reports home to the parents?",
    "May the SES teacher work with him without anybody of ours in the room?",
)
# About 150 words with five questions each; no two alike, since the door answers the same message twice only once.
_LONG = (
    "Good morning, I hope somebody can help because I am new to this and my head wants an answer by Friday. We are a one "
    "form entry primary and I took over as SENCo in September from a colleague who left no notes at all. There is a boy in "
    "Year 4, no EHCP, who still cannot blend sounds after two terms of daily phonics with our best teaching assistant, and "
    "his mum is getting very worried about the move to Year 5. Which form do I use to ask for help with him and where does "
    "it go? Do his parents have to sign it before I send it, or is a phone call enough? How long would the support last if "
    "they take him on? When would the first review be? And who is supposed to send the report home to his mum, us or the "
    "specialist teacher? Thank you so much for your patience, it has been a long half term.",
    "Hello, quick one that turned into a long one, sorry. We have a Year 9 girl with an EHCP whose staff are struggling to "
    "put her plan into practice, and our deputy head has asked me to find out what is on offer before the governors meet "
    "next week. She is in most lessons but leaves two or three times a day, her language is well behind and nobody is sure "
    "which bits of the plan are ours. What is the right form for a pupil who has a plan like hers and who fills it in? What "
    "exactly does that support do for her teachers? Would the specialist teacher deliver the provision in the plan "
    "themselves? How many reviews are there at most before it ends? And would they come to her annual review in March if we "
    "ask them? Any pointers are welcome, I have a free period after lunch and could start on it today.",
)
_THANKS = ("Many thanks.", "Best wishes from a grateful school.", "All the best for the new term.")
LONG = tuple(f"{text} {thanks}" for thanks in _THANKS for text in _LONG)
