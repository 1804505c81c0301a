### Words of the console.

record-title = Record

record-broadcast = As this broadcast says it

# A button.
record-choose = Choose

record-no-text = This text cannot be read now: mend it first.

# Above the text to read aloud.
record-read = Read this aloud

record-needs = No recording here: it takes a newer browser, the page over https, and leave to use the microphone. A file can be brought instead.

record-speaker = Who speaks

record-voice = Dialect

record-any-voice = not said

# A button.
record-start = Start

# A button.
record-stop = Stop

record-level = Level

record-file = Or a file from a telephone

# A button.
record-send = Take this one

# Variables:
#   $seconds (String) - how long it is
record-saved = Saved: { $seconds } seconds.

# A link.
record-look = See the recordings

# Heads a list.
record-present = Recordings there are

record-of-this = of this text

record-of-older = of another text

# Why a recording is not taken.
# Variables:
#   $why (String) - the reason
record-fault =
    { $why ->
        [changed] The text changed meanwhile; nothing was saved. Open this page again and read the new text.
        [busy] Another recording is being taken in; try again in a moment.
        [speaker] Write who speaks.
        [lost] It did not arrive; try again.
       *[other] This recording cannot be used:
    }
