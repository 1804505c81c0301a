### Words of the console.

review-title = Review

# A choice above the list.
review-waiting = Waiting

# A choice above the list.
review-all = All

review-none = Nothing waits for a review.

# A part of what is reviewed.
review-plan = When, where and how

# How a part stands.
# Variables:
#   $state (String) - how
review-state =
    { $state ->
        [approved] approved
        [rejected] rejected
       *[other] waits
    }

# Variables:
#   $count (String) - how many people
review-missing = ({ $count } people to go)

review-yours = for you

# Before names.
review-authors = By

review-unsigned = Some of it names no author; where review is required it cannot be approved.

review-new = It was never approved before: look at all of it.

# Heads what stood before; also before a name and a time.
review-before = Approved before

# Heads what stands now.
review-now = Now

review-same = unchanged

review-added = new

review-gone = no longer part of it

review-unreadable = What was approved before was written by an older program: look at all of it.

review-chime = The chime is another sound

# Before a player.
# Variables:
#   $kind (String) - who speaks
review-recording =
    { $kind ->
        [person] Recording: a person
        [synthetic] Recording: a machine’s voice
       *[other] Recording: a tone as a placeholder
    }

review-no-recording = No recording of this text

review-comment = Comment (needed to reject)

# A button.
review-approve = Approve

# A button.
review-reject = Reject

review-said-approved = Approved.

review-said-rejected = Rejected; its authors see your comment.

# Why a verdict is not taken.
# Variables:
#   $why (String) - the reason
review-fault =
    { $why ->
        [comment] Say why it is rejected.
       *[other] It changed while you looked; nothing was recorded. Look at what it is now.
    }
