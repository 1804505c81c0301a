### review = "source"
### Words that go into chat posts, picture cards and the sample banner.

# Above everything a sample county shows or sends.
ui-sample-banner = Sample county: all texts here are drafts, not official notices.

# Beside a text that nobody has reviewed.
ui-draft-mark = Draft, not reviewed

# Before the title of a drill.
ui-drill-mark = Drill

# Before the title of an emergency.
ui-emergency-mark = Emergency

# Before the title of a post sent again.
ui-repeat-mark = Repeated

# Before the title of a post that corrects an earlier one.
ui-correction-mark = Correction

# In the place of a notice that was taken back, or after its title where it cannot be replaced.
ui-withdrawn = This notice is withdrawn. Please do not pass it on.

# Under a post to a service that takes neither voice nor picture.
# Variables:
#   $link (String) - where the notice's public page is
ui-page-link = Voice and picture: { $link }

# Above several notices in one post, because a group got many at once.
# Variables:
#   $count (String) - how many
ui-digest-head = { $count } notices in one

# A message that tries the way to a group (`cunxiang chats test`).
ui-test = 【Test】This is only a test, and no notice.

# Under a post.
# Variables:
#   $number (String) - the notice number, such as 2026-0412
ui-notice-number = Notice { $number }

# The level of an emergency or a drill, the most serious first.
# Variables:
#   $level (String) - I, II, III or IV
ui-level =
    { $level ->
        [I] Level I (extremely serious)
        [II] Level II (serious)
        [III] Level III (major)
        [IV] Level IV (ordinary)
       *[other] Level { $level }
    }

# In the head of a picture card of a daily notice, after the county's name.
ui-card-notice = Notice

# In the foot of a picture card.
# Variables:
#   $number (String) - the number to call
ui-card-hotline = Hotline { $number }

# The date of a notice, in the foot of a picture card.
# Variables:
#   $date (String) - such as 2026-11-23
ui-card-date = { DATE($date) }

# The bot in chats. The first words to somebody new.
# Variables:
#   $county (String) - the county's name
ui-bot-greeting = Hello! These are the notices of { $county }.

# What can be asked of the bot, beside the command that asks it.
ui-bot-latest = the last notices
ui-bot-next = what sounds next
ui-bot-villages = choose a village
ui-bot-language = choose a language
ui-bot-help = help

# To a group that the county has not accepted yet.
ui-bot-group-waits = This group is not registered with the county yet; the county has been told. Notices come once it is.

# There is nothing to tell.
ui-bot-no-notice = No notice lately.
ui-bot-no-airing = Nothing is planned to sound within 24 hours.

# Above buttons.
ui-bot-choose-language = Choose a language
ui-bot-choose-village = Choose a village

# To somebody who may not choose for the group.
ui-bot-not-you = An administrator of the group chooses its languages.

# What was chosen.
# Variables:
#   $what (String) - a village, or languages by their own names
ui-bot-chosen = Chosen: { $what }

# The language's own name, on its button.
ui-bot-language-name = English

# Alarms, to the chats of those on duty; in Chinese and English alone.
# Variables:
#   $at (String) - local date and time
ui-alarm-head = [cunxiang alarm] { $at }

# Lines of an alarm: what is wrong, what works again, how many more there are.
ui-alarm-wrong = · { $what }
ui-alarm-over = · Works again: { $what }
ui-alarm-more = · { $count } more; run cunxiang status and cunxiang log

# What can be wrong. What a device or a robot said stays in its own words.
ui-alarm-hold = The county is in HOLD, nothing new airs: { $why }
ui-alarm-key = The signing key ends on { $date }: put the root key back into data/keys and start again
ui-alarm-approver = The key of the approver { $name } ends on { $date }: make a new one with cunxiang keys approver, or nobody may be left to approve an emergency
ui-alarm-certificate = The certificate of the link ends on { $date }: renew it (cunxiang tls init), or villages get nothing new
ui-alarm-certificate-fault = The certificate of the link is at fault: { $why }
ui-alarm-content = The content has { $count } faults, and something does not air. The first: { $first }
ui-alarm-device = Station { $station } has no sound device: { $why }
ui-alarm-journal = Claims cannot be written: { $why }
ui-alarm-channel = Posts do not go out: { $why }
ui-alarm-disk = The disk is nearly full: { $free } MiB left
ui-alarm-group = The group { $group } took the robot out and gets no notices
ui-alarm-request = A group asks for notices: request { $number }, { $group }; see cunxiang chats requests
ui-alarm-task = Nobody posted by hand: { $person }, group { $group }, { $post }; it expired
ui-alarm-airing =
    { $outcome ->
        [missed] Missed
        [partial] Cut short
        [refused] Refused by the station
        [unreported] Not reported
       *[other] { $outcome }
    }: { $title }, { $at }, { $count } stations ({ $names }) { $reason }
ui-alarm-silent = Station { $station } is silent since { $at }
ui-alarm-clock = Station { $station } does not know the time, and airs nothing until it does
ui-alarm-amnesia = Station { $station } lost its records and airs nothing that is due before the county has answered
ui-alarm-box-journal = Station { $station } cannot write its claims: { $why }
ui-alarm-refused = Station { $station } refuses its new rundown: { $why }
ui-alarm-muted = Station { $station } was muted on the spot: { $why }
ui-alarm-copied = Two boxes use the key of station { $station }: a card was copied; revoke it (cunxiang stations revoke) and enrol each of them
ui-alarm-unready = Not ready: { $title }, { $at }, { $count } stations ({ $names }) lack recordings

# Heads the page that a village box shows on the spot.
ui-spot-title = This loudspeaker

# Above the list of what airs today, on a village box's page.
ui-spot-today = Today

# In the place of that list.
ui-spot-none = Nothing airs today

# When the county last answered the box.
ui-spot-contact = Last contact

# The time at the box.
ui-spot-clock = Clock

# The way sound leaves the box.
ui-spot-sink = Sound device

# Room on the box's disk.
ui-spot-disk = Disk

# Beside what is well.
ui-spot-good = good

# Beside what is not.
ui-spot-bad = not well

# In the place of a time.
ui-spot-never = never

# The most that a person allows there, of 100.
ui-spot-volume = Loudest

# A button: a short tone.
ui-spot-check = Sound check

# A button, and what it did: nothing sounds there, emergencies neither.
ui-spot-mute = Mute

# A button: it sounds again.
ui-spot-unmute = Unmute

# Before the field for why it is muted.
ui-spot-reason = Why (the county is told)

# How an airing stands.
# Variables:
#   $state (String) - the word of the state
ui-spot-state =
    { $state ->
        [waits] waits
        [unready] lacks clips
        [sounds] sounds now
        [played] played
        [partial] cut short
        [missed] missed
        [expired] expired
        [cancelled] taken back
       *[other] not aired
    }

# How it went, after a button was pressed.
# Variables:
#   $what (String) - the word for it
ui-spot-said =
    { $what ->
        [done] Done
        [no-reason] Write a reason
        [quiet-hours] These are quiet hours
        [muted] It is muted; unmute first
        [busy] Something sounds or is about to; try again in a minute
        [clock-untrusted] The clock is not set yet; the county must be reached first
       *[other] It did not work; look at the log
    }
