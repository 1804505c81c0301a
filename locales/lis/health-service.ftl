### review = "draft"
### Where to turn when ill, and vaccination.
### Lisu draft in Fraser script, not written by a native speaker. It needs review by a native speaker before use.
### It is pieced together from a short word list, says less than the Chinese, and stands in until a translator has written it anew.

# Where to go with a fever. 120 is the ambulance number.
# @source fa5d17883ffcb3f8
fever-clinic = ꓠꓻ ꓢꓴ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓢꓲ꓾ ꓠꓯ ꓞꓲꓼ ꓦꓲ ꓗꓪ ꓙꓰ ꓠꓯꓹˍ ꓡꓳ꓿ ꓙꓰ ꓟꓽ ꓓ ꓠꓬ꓾ 120 ꓗꓪ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓠꓻ ꓢꓴ ꓠꓯ ꓞꓲꓼ ꓦꓲ ꓗꓪ ꓙꓰ
    .short = ꓠꓻ ꓢꓴ ꓠꓬ ꓠꓯ ꓞꓲꓼ ꓦꓲ ꓗꓪ ꓙꓰ ꓠꓯꓹˍ ꓡꓳ꓿

# The two numbers to keep on the wall. 120 is the ambulance number.
# Variables:
#   $phone (String) - the health hotline, read digit by digit
# @source 6917513ef1a3c444
hotlines = ꓠꓻ ꓫꓵꓽ ꓗꓽ ꓔꓸ ꓟ ꓔꓯ ꓐꓯ ꓠꓬ꓾ { $phone } ꓗꓪ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿ ꓠꓻ ꓢꓴ ꓙꓳ ꓠꓬ꓾ 120 ꓗꓪ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓠꓻ ꓫꓵꓽ ꓗꓽ ꓔꓸ
    .short = { $phone } ꓗꓪ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿ 120 ꓗꓪ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿

# Announces the day on which children are vaccinated at the township health centre.
# Variables:
#   $date (String) - the day, as 2026-11-28
# @source b904e8bdadc6b950
vaccination-day = { DATE($date, style: "month-day") } ꓠꓬ꓾ ꓤꓼ ꓠꓱ ꓔꓯ ꓠꓻ ꓗꓽ ꓠꓯ ꓞꓲꓼ ꓗꓸ ꓖꓶꓽ ꓠꓯꓹˍ ꓡꓳ꓿ ꓠꓯ ꓞꓲꓼ ꓦꓲ ꓗꓪ ꓙꓰ ꓠꓯꓹˍ ꓡꓳ꓿ ꓖꓳ ꓗꓪ 30 ꓩꓷ ꓔꓬ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓠꓻ ꓗꓽ ꓠꓯ ꓞꓲꓼ
    .short = { DATE($date, style: "month-day") } ꓠꓬ꓾ ꓠꓯ ꓞꓲꓼ ꓦꓲ ꓗꓪ ꓙꓰ ꓠꓯꓹˍ ꓡꓳ꓿
