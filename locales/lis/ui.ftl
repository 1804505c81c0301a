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

# Above several notices in one post, because a group got many at once.
# Variables:
#   $count (String) - how many
ui-digest-head = ꓐꓯ ꓟ ({ $count })

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
