### review = "draft"
### Words that go into chat posts, picture cards and the sample banner.
### Lisu draft in Fraser script, not written by a native speaker. It needs review by a native speaker before use.
### It is pieced together from a short word list and stands in until a translator has written it anew.

# Above everything a sample county shows or sends.
ui-sample-banner = ꓕꓱ ꓠꓬ ꓥꓳ ꓟ ꓟꓽ ꓥꓳ꓿ ꓕꓽ ꓬꓰ꓿

# Beside a text that nobody has reviewed.
ui-draft-mark = ꓟꓽ ꓟꓳ ꓢꓲ

# Before the title of a drill.
ui-drill-mark = ꓬꓯ ꓡꓬꓯ

# Before the title of an emergency.
ui-emergency-mark = ꓖꓳ ꓪꓴꓽ

# Before the title of a post sent again.
ui-repeat-mark = ꓐꓯ ꓢꓲ ꓐꓯ

# Before the title of a post that corrects an earlier one.
ui-correction-mark = ꓐꓯ ꓠꓯꓹˍ

# In the place of a notice that was taken back, or after its title where it cannot be replaced.
ui-withdrawn = ꓕꓱ ꓠꓬ ꓐꓯ ꓟ ꓟꓽ ꓥꓳ꓿ ꓕꓽ ꓬꓰ꓿

# Under a post to a service that takes neither voice nor picture.
# Variables:
#   $link (String) - where the notice's public page is
ui-page-link = ꓐꓯ ꓟ { $link }

# Above several notices in one post, because a group got many at once.
# Variables:
#   $count (String) - how many
ui-digest-head = ꓐꓯ ꓟ ({ $count })

# A message that tries the way to a group (`cunxiang chats test`).
ui-test = ꓬꓯ ꓡꓬꓯ꓿ ꓕꓱ ꓠꓬ ꓐꓯ ꓟ ꓟꓽ ꓥꓳ꓿

# Under a post.
# Variables:
#   $number (String) - the notice number, such as 2026-0412
ui-notice-number = ꓐꓯ ꓟ { $number }

# The level of an emergency or a drill, the most serious first.
# Variables:
#   $level (String) - I, II, III or IV
ui-level =
    { $level ->
        [I] ꓪꓴꓽ 1
        [II] ꓪꓴꓽ 2
        [III] ꓪꓴꓽ 3
        [IV] ꓪꓴꓽ 4
       *[other] ꓪꓴꓽ { $level }
    }

# In the head of a picture card of a daily notice, after the county's name.
ui-card-notice = ꓐꓯ ꓟ

# In the foot of a picture card.
# Variables:
#   $number (String) - the number to call
ui-card-hotline = { $number } ꓗꓪ ꓐꓯ

# The date of a notice, in the foot of a picture card.
# Variables:
#   $date (String) - such as 2026-11-23
ui-card-date = { DATE($date) }

# Heads the page that a village box shows on the spot.
ui-spot-title = ꓐꓯ ꓗꓪ

# Above the list of what airs today, on a village box's page.
ui-spot-today = ꓐꓯ ꓟ

# In the place of that list.
ui-spot-none = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ

# When the county last answered the box.
ui-spot-contact = ꓗꓪ ꓐꓯ

# The time at the box.
ui-spot-clock = ꓩꓷ

# The way sound leaves the box.
ui-spot-sink = ꓐꓯ ꓫꓬ

# Room on the box's disk.
ui-spot-disk = ꓔꓯ ꓗꓪ

# Beside what is well.
ui-spot-good = ꓗꓽ

# Beside what is not.
ui-spot-bad = ꓟꓽ ꓗꓽ

# In the place of a time.
ui-spot-never = ꓟꓽ ꓙꓳ

# The most that a person allows there, of 100.
ui-spot-volume = ꓐꓯ ꓪꓴꓽ

# A button: a short tone.
ui-spot-check = ꓐꓯ ꓬꓯ

# A button, and what it did: nothing sounds there, emergencies neither.
ui-spot-mute = ꓕꓽ ꓐꓯ

# A button: it sounds again.
ui-spot-unmute = ꓐꓯ ꓢꓲ ꓐꓯ

# Before the field for why it is muted.
ui-spot-reason = ꓮ ꓡꓲ

# How an airing stands.
# Variables:
#   $state (String) - the word of the state
ui-spot-state =
    { $state ->
        [waits] ꓐꓯ ꓠꓬ
        [unready] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
        [sounds] ꓐꓯ ꓬꓰ
        [played] ꓐꓯ ꓓ
        [partial] ꓐꓯ ꓟꓽ ꓓ
        [missed] ꓟꓽ ꓐꓯ
        [expired] ꓟꓽ ꓐꓯ
        [cancelled] ꓕꓽ ꓐꓯ
       *[other] ꓟꓽ ꓐꓯ
    }

# How it went, after a button was pressed.
# Variables:
#   $what (String) - the word for it
ui-spot-said =
    { $what ->
        [done] ꓓ
        [no-reason] ꓮ ꓡꓲ ꓟꓽ ꓙꓳ
        [quiet-hours] ꓕꓽ ꓐꓯ
        [muted] ꓕꓽ ꓐꓯ
        [busy] ꓐꓯ ꓬꓰ
        [clock-untrusted] ꓩꓷ ꓟꓽ ꓙꓳ
       *[other] ꓟꓽ ꓓ
    }

# The bot in chats. The first words to somebody new.
# Variables:
#   $county (String) - the county's name
ui-bot-greeting = { $county } ꓐꓯ ꓟ

# What can be asked of the bot, beside the command that asks it.
ui-bot-latest = ꓐꓯ ꓟ
ui-bot-next = ꓐꓯ ꓡ ꓟ
ui-bot-villages = ꓞꓳ ꓘꓹ
ui-bot-language = ꓡꓲ ꓢꓴ
ui-bot-help = ꓐꓯ

# To a group that the county has not accepted yet.
ui-bot-group-waits = ꓞꓳ ꓘꓹ ꓔꓯ ꓐꓯ ꓡꓳ꓿

# There is nothing to tell.
ui-bot-no-notice = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ꓿
ui-bot-no-airing = 24 ꓐꓯ ꓟ ꓟꓽ ꓙꓳ꓿

# Above buttons.
ui-bot-choose-language = ꓡꓲ ꓢꓴ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿
ui-bot-choose-village = ꓞꓳ ꓘꓹ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿

# To somebody who may not choose for the group.
ui-bot-not-you = ꓟꓽ ꓓ꓿

# What was chosen.
# Variables:
#   $what (String) - a village, or languages by their own names
ui-bot-chosen = { $what } ꓥꓳ꓿

# The language's own name, on its button.
ui-bot-language-name = ꓡꓲ ꓢꓴ
