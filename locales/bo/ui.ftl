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

# Above several notices in one post, because a group got many at once.
# Variables:
#   $count (String) - how many
ui-digest-head = བརྡ་ཐོ་ཕྱོགས་བསྡུས། ({ $count })

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
