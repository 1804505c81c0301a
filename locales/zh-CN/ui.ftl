### review = "source"
### Words that go into chat posts, picture cards and the sample banner.

# Above everything a sample county shows or sends.
ui-sample-banner = 样例县：这里的文字都是草稿，不是正式通知。

# Beside a text that nobody has reviewed.
ui-draft-mark = 草稿，未经审定

# Before the title of a drill.
ui-drill-mark = 演练

# Before the title of an emergency.
ui-emergency-mark = 紧急

# Before the title of a post sent again.
ui-repeat-mark = 重发

# Before the title of a post that corrects an earlier one.
ui-correction-mark = 更正

# Under a post.
# Variables:
#   $number (String) - the notice number, such as 2026-0412
ui-notice-number = 通知第{ $number }号

# The level of an emergency or a drill, the most serious first.
# Variables:
#   $level (String) - I, II, III or IV
ui-level =
    { $level ->
        [I] 特别重大
        [II] 重大
        [III] 较大
        [IV] 一般
       *[other] { $level }级
    }

# In the head of a picture card of a daily notice, after the county's name.
ui-card-notice = 通知

# In the foot of a picture card.
# Variables:
#   $number (String) - the number to call
ui-card-hotline = 热线 { $number }

# The date of a notice, in the foot of a picture card.
# Variables:
#   $date (String) - such as 2026-11-23
ui-card-date = { DATE($date) }
