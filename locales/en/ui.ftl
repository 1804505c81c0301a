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
