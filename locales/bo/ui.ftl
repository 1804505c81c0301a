### review = "draft"
### Words that go into chat posts, picture cards and the sample banner.
### Tibetan draft, not written by a native speaker. It needs review by a native speaker before use.

# Above everything a sample county shows or sends.
ui-sample-banner = འདི་ནི་དཔེ་མཚོན་ཙམ་ཡིན། གཞུང་འབྲེལ་གྱི་བརྡ་ཐོ་མིན།

# Beside a text that nobody has reviewed.
ui-draft-mark = ཟིན་བྲིས། ཞུ་དག་མ་བྱས།

# Before the title of a drill.
ui-drill-mark = སྦྱོང་བརྡར།

# Before the title of an emergency.
ui-emergency-mark = ཛ་དྲག

# Before the title of a post sent again.
ui-repeat-mark = བསྐྱར་གཏོང༌།

# Before the title of a post that corrects an earlier one.
ui-correction-mark = ནོར་བཅོས།

# In the place of a notice that was taken back, or after its title where it cannot be replaced.
ui-withdrawn = བརྡ་ཐོ་འདི་ཕྱིར་བསྡུས་ཟིན།

# Under a post to a service that takes neither voice nor picture.
# Variables:
#   $link (String) - where the notice's public page is
ui-page-link = སྒྲ་དང་པར་རིས། { $link }

# Above several notices in one post, because a group got many at once.
# Variables:
#   $count (String) - how many
ui-digest-head = བརྡ་ཐོ་ཕྱོགས་བསྡུས། ({ $count })

# A message that tries the way to a group (`cunxiang chats test`).
ui-test = འདི་ནི་ཚོད་ལྟ་ཙམ་ཡིན། བརྡ་ཐོ་མིན།

# Under a post.
# Variables:
#   $number (String) - the notice number, such as 2026-0412
ui-notice-number = བརྡ་ཐོ་ཨང་ { $number }

# The level of an emergency or a drill, the most serious first.
# Variables:
#   $level (String) - I, II, III or IV
ui-level =
    { $level ->
        [I] ཧ་ཅང་ཛ་དྲག་ཆེ།
        [II] ཛ་དྲག་ཆེ།
        [III] ཛ་དྲག་ཅུང་ཆེ།
        [IV] སྤྱིར་བཏང༌།
       *[other] རིམ་པ་ { $level }
    }

# In the head of a picture card of a daily notice, after the county's name.
ui-card-notice = བརྡ་ཐོ།

# In the foot of a picture card.
# Variables:
#   $number (String) - the number to call
ui-card-hotline = ཁ་པར་ { $number }

# The date of a notice, in the foot of a picture card.
# Variables:
#   $date (String) - such as 2026-11-23
ui-card-date = { DATE($date) }

# Heads the page that a village box shows on the spot.
ui-spot-title = རྒྱང་བསྒྲགས།

# Above the list of what airs today, on a village box's page.
ui-spot-today = དེ་རིང་གི་ལེ་ཚན།

# In the place of that list.
ui-spot-none = དེ་རིང་ལེ་ཚན་མེད།

# When the county last answered the box.
ui-spot-contact = རྫོང་དང་འབྲེལ་བའི་དུས།

# The time at the box.
ui-spot-clock = ཆུ་ཚོད།

# The way sound leaves the box.
ui-spot-sink = སྒྲ་ཆས།

# Room on the box's disk.
ui-spot-disk = ཉར་ཚགས།

# Beside what is well.
ui-spot-good = ཡག་པོ།

# Beside what is not.
ui-spot-bad = སྐྱོན་ཡོད།

# In the place of a time.
ui-spot-never = ད་བར་མེད།

# The most that a person allows there, of 100.
ui-spot-volume = སྒྲའི་ཆེ་ཚད།

# A button: a short tone.
ui-spot-check = སྒྲ་ཚོད་ལྟ།

# A button, and what it did: nothing sounds there, emergencies neither.
ui-spot-mute = སྒྲ་གཅོད་པ།

# A button: it sounds again.
ui-spot-unmute = སྒྲ་སླར་གཏོང་བ།

# Before the field for why it is muted.
ui-spot-reason = རྒྱུ་མཚན། (རྫོང་ལ་ཞུ་ངེས།)

# How an airing stands.
# Variables:
#   $state (String) - the word of the state
ui-spot-state =
    { $state ->
        [waits] སྒུག་བཞིན་པ།
        [unready] སྒྲ་མ་ཚང་བ།
        [sounds] གཏོང་བཞིན་པ།
        [played] བཏང་ཟིན།
        [partial] མཇུག་མ་རྫོགས།
        [missed] ཆད་པ།
        [expired] དུས་ཡོལ་བ།
        [cancelled] ཕྱིར་བསྡུས་པ།
       *[other] མ་བཏང་བ།
    }

# How it went, after a button was pressed.
# Variables:
#   $what (String) - the word for it
ui-spot-said =
    { $what ->
        [done] འགྲུབ་སོང༌།
        [no-reason] རྒྱུ་མཚན་འབྲི་དགོས།
        [quiet-hours] ད་ལྟ་ཁུ་སིམ་པའི་དུས་ཡིན།
        [muted] སྒྲ་བཅད་ཟིན། སྔོན་ལ་སླར་གཏོང་དགོས།
        [busy] ད་ལྟ་གཏོང་བཞིན་ཡོད། ཅུང་ཙམ་སྒུག་རོགས།
        [clock-untrusted] ཆུ་ཚོད་ངེས་མེད། རྫོང་ལ་སྦྲེལ་རོགས།
       *[other] མ་འགྲུབ།
    }

# The bot in chats. The first words to somebody new.
# Variables:
#   $county (String) - the county's name
ui-bot-greeting = བཀྲ་ཤིས་བདེ་ལེགས། { $county } བརྡ་ཐོ།

# What can be asked of the bot, beside the command that asks it.
ui-bot-latest = བརྡ་ཐོ་གསར་པ།
ui-bot-next = རྒྱང་སྒྲོག་རྗེས་མ།
ui-bot-villages = གྲོང་ཚོ་འདེམས།
ui-bot-language = སྐད་ཡིག་འདེམས།
ui-bot-help = རོགས་རམ།

# To a group that the county has not accepted yet.
ui-bot-group-waits = ཚོགས་པ་འདི་རྫོང་ལ་ཐོ་འགོད་བྱས་མེད། རྫོང་ལ་བརྡ་བཏང་ཡོད།

# There is nothing to tell.
ui-bot-no-notice = བརྡ་ཐོ་གསར་པ་མེད།
ui-bot-no-airing = ཆུ་ཚོད་ 24 ནང་རྒྱང་སྒྲོག་མེད།

# Above buttons.
ui-bot-choose-language = སྐད་ཡིག་འདེམས་རོགས།
ui-bot-choose-village = གྲོང་ཚོ་འདེམས་རོགས།

# To somebody who may not choose for the group.
ui-bot-not-you = ཚོགས་པའི་དོ་དམ་པས་སྐད་ཡིག་འདེམས་དགོས།

# What was chosen.
# Variables:
#   $what (String) - a village, or languages by their own names
ui-bot-chosen = བདམས་ཟིན། { $what }

# The language's own name, on its button.
ui-bot-language-name = བོད་ཡིག
