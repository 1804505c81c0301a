### review = "draft"
### Planned cuts of electricity and water.
### Lisu draft in Fraser script, not written by a native speaker. It needs review by a native speaker before use.
### It is pieced together from a short word list, says less than the Chinese, and stands in until a translator has written it anew.

# A planned power cut within one day.
# Variables:
#   $date (String) - the day, as 2026-11-28
#   $start (String) - hour it begins, 0 to 23
#   $end (String) - hour it ends, 0 to 23
# @source 5a0372f2477d2317
power-cut = { DATE($date, style: "month-day") }꓾ { $start } ꓗꓪ ꓐꓰ { $end } ꓗꓪ ꓡ ꓠꓬ꓾ ꓔꓬꓯ ꓟꓽ ꓙꓳ꓿ ꓮ ꓔꓳꓸ ꓔꓯ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓔꓬꓯ ꓟꓽ ꓙꓳ
    .short = { DATE($date, style: "month-day") }꓾ { $start } ꓗꓪ ꓐꓰ { $end } ꓗꓪ ꓡ ꓠꓬ꓾ ꓔꓬꓯ ꓟꓽ ꓙꓳ꓿

# A planned water cut within one day.
# Variables:
#   $date (String) - the day, as 2026-11-28
#   $start (String) - hour it begins, 0 to 23
#   $end (String) - hour it ends, 0 to 23
# @source 6840dcb4a2c441ea
water-cut = { DATE($date, style: "month-day") }꓾ { $start } ꓗꓪ ꓐꓰ { $end } ꓗꓪ ꓡ ꓠꓬ꓾ ꓬꓲ ꓙꓬ ꓟꓽ ꓙꓳ꓿ ꓢꓲꓽ ꓫꓬ ꓟ ꓬꓲ ꓙꓬ ꓓꓳ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓬꓲ ꓙꓬ ꓟꓽ ꓙꓳ
    .short = { DATE($date, style: "month-day") }꓾ { $start } ꓗꓪ ꓐꓰ { $end } ꓗꓪ ꓡ ꓠꓬ꓾ ꓬꓲ ꓙꓬ ꓟꓽ ꓙꓳ꓿
