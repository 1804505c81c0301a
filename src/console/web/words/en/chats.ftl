### Words of the console.

chats-title = Chats

# A link, and what heads its page.
chats-posts = What became of posts

# A link, and what heads its page.
chats-directory = Directory of groups

chats-tasks = To post by hand

chats-unknown = May or may not have arrived

chats-unknown-what = Look into the group, then say whether it is there.

# A button.
chats-seen = It is there

# A button.
chats-resend = It is not: send again

chats-requests = Groups that ask to be let in

# A button.
chats-accept = Accept

# A button.
chats-refuse = Refuse

chats-not-taken = Not taken in; the directory is as it was:

chats-id = Id (small letters, digits, hyphens)

chats-name = Name

chats-village = Id of the village (for a village's group)

chats-whole-county = The whole county

chats-send = Gets

# A part of a post.
# Variables:
#   $part (String) - what it is
chats-part =
    { $part ->
        [text] text
        [voice] voice
       *[other] card
    }

chats-group = Group

chats-channel = Channel

# A button, and what heads its column.
chats-test = Send a test

chats-none = There is no group in the directory.

# After the name of a group.
# Variables:
#   $how (String) - what the service answered
chats-tried =
    { $how ->
        [sent] the test was sent.
        [handed] a person is to post the test.
        [moved] the group has moved: an engineer corrects the directory.
        [refused] the test was refused.
        [unknown] nobody knows whether it arrived; look into the group.
       *[other] the test was not sent.
    }

# Variables:
#   $at (String) - when
chats-until = post it before { $at }

# A button.
chats-copy = Copy the text

# A link.
chats-save = Save

# A button.
chats-share = Share

# A button.
chats-done = It is in the group

chats-state-label = State

# What became of a call to a service.
# Variables:
#   $state (String) - its state
chats-state =
    { $state ->
        [waiting] waiting
        [sending] on its way
        [delivered] delivered
        [refused] refused
        [expired] expired
        [unknown] may have arrived
        [handed] to be posted by hand
        [digested] in a digest
       *[other] never arrived
    }

# In the place of a title.
# Variables:
#   $what (String) - what it is
chats-ours =
    { $what ->
        [alarm] Alarm for those on duty
       *[other] Digest of notices
    }

chats-no-posts = No posts as asked for.

# Variables:
#   $count (String) - how many
chats-read-max = Only the newest { $count } were looked at: narrow what is shown.

# A button, and what heads its form.
chats-correct = Correct

chats-correct-what = Mend the text and have it reviewed first: what sounds of the old one stops, and groups get the new one in its place.

# A button, and what heads its form.
chats-withdraw = Withdraw

chats-withdraw-what = It stops sounding and airs no more; in groups it is deleted, or said to be withdrawn.

# Beside a box to tick.
chats-sure = Take it back

chats-said-seen = Noted: it arrived.

chats-said-resend = It will be sent again, marked as that.

chats-said-done = Noted: it is in the group.

chats-said-accepted = The group is in the directory, and gets notices from now on.

chats-said-refused = The group was refused.

chats-said-withdrawn = The order to withdraw it was given.

chats-said-corrected = The order to correct it was given.
