### review = "draft"
### Planned cuts of electricity and water.
### Lisu draft in Fraser script, not written by a native speaker. It needs review by a native speaker before use.
### It is pieced together from a short word list, says less than the Chinese, and stands in until a translator has written it anew.

# A planned power cut within one day.
# Variables:
#   $month (String) - month of the cut, a number
#   $day (String) - day of the month, a number
#   $start (String) - hour it begins, 0 to 23
#   $end (String) - hour it ends, 0 to 23
power-cut = { $month } ꓧ { $day } ꓠꓲ꓾ { $start } ꓗꓪ ꓐꓰ { $end } ꓗꓪ ꓡ ꓠꓬ꓾ ꓔꓬꓯ ꓟꓽ ꓙꓳ꓿ ꓮ ꓔꓳꓸ ꓔꓯ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓔꓬꓯ ꓟꓽ ꓙꓳ
    .short = { $month } ꓧ { $day } ꓠꓲ꓾ { $start } ꓗꓪ ꓐꓰ { $end } ꓗꓪ ꓡ ꓠꓬ꓾ ꓔꓬꓯ ꓟꓽ ꓙꓳ꓿

# A planned water cut within one day.
# Variables:
#   $month (String) - month of the cut, a number
#   $day (String) - day of the month, a number
#   $start (String) - hour it begins, 0 to 23
#   $end (String) - hour it ends, 0 to 23
water-cut = { $month } ꓧ { $day } ꓠꓲ꓾ { $start } ꓗꓪ ꓐꓰ { $end } ꓗꓪ ꓡ ꓠꓬ꓾ ꓬꓲ ꓙꓬ ꓟꓽ ꓙꓳ꓿ ꓢꓲꓽ ꓫꓬ ꓟ ꓬꓲ ꓙꓬ ꓓꓳ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓬꓲ ꓙꓬ ꓟꓽ ꓙꓳ
    .short = { $month } ꓧ { $day } ꓠꓲ꓾ { $start } ꓗꓪ ꓐꓰ { $end } ꓗꓪ ꓡ ꓠꓬ꓾ ꓬꓲ ꓙꓬ ꓟꓽ ꓙꓳ꓿
