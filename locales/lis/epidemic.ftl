### review = "draft"
### Preventing infection: what every household does.
### Lisu draft in Fraser script, not written by a native speaker. It needs review by a native speaker before use.
### It is pieced together from a short word list, says less than the Chinese, and stands in until a translator has written it anew.

# Asks people to wear a mask outdoors and change it in time. Aired daily: keep it short.
# @source bf8297f4a53ea47b
wear-mask = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿ ꓘꓳ ꓚꓳ ꓟꓽ ꓫꓬ ꓠꓬ꓾ ꓕꓽ ꓬꓰ꓿
    .title = ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

# Asks people to wash their hands with soap and running water. Aired daily: keep it short.
# @source a664875c158b67b7
wash-hands = ꓬꓲ ꓙꓬ ꓐꓰ ꓡꓯꓼ ꓒꓯꓹ ꓔꓯ ꓢꓲꓽ ꓫꓬ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ꓿ ꓟꓽ ꓫꓬ ꓟ ꓡꓯꓼ ꓒꓯꓹ ꓗꓪ ꓐꓰ ꓠꓻ ꓫꓵꓽ ꓡ ꓐ ꓡ ꓡꓳ꓿
    .title = ꓡꓯꓼ ꓒꓯꓹ ꓔꓯ ꓢꓲꓽ ꓫꓬ ꓝꓲ
    .short = ꓡꓯꓼ ꓒꓯꓹ ꓔꓯ ꓢꓲꓽ ꓫꓬ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ꓿

# Asks people to air their rooms, and warns of fumes from an open hearth.
# @source 1465cd9876b24386
ventilate-rooms = ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ ꓟꓲ ꓦꓲ ꓓꓵꓽ ꓡ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ꓿ ꓤꓼ ꓠꓱ ꓔꓯ ꓢꓯꓼ ꓙꓳ ꓡ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓔꓬ ꓖꓴ ꓦꓲ ꓔꓯ ꓢꓲꓽ ꓫꓬ ꓝꓲ
    .short = ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ ꓟꓲ ꓦꓲ ꓓꓵꓽ ꓡ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ꓿

# Asks people not to visit, dine together or gather during the epidemic.
# @source 4690be412ba94948
no-gatherings = ꓠꓻ ꓫꓵꓽ ꓒꓬꓱ ꓡ ꓠꓬ꓾ ꓡ ꓞꓳ ꓮ ꓟꓬꓹ ꓗꓪ ꓕꓽ ꓙꓰ꓿ ꓢꓴ ꓦꓲ ꓗꓪ ꓕꓽ ꓙꓰ꓿ ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ ꓔꓬ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓡ ꓞꓳ ꓮ ꓟꓬꓹ ꓗꓪ ꓕꓽ ꓙꓰ
    .short = ꓡ ꓞꓳ ꓮ ꓟꓬꓹ ꓗꓪ ꓕꓽ ꓙꓰ꓿

# Asks families to tell the village at once when somebody comes back from an affected area.
# @source 670804ff1496e1c0
report-returnees = ꓠꓻ ꓫꓵꓽ ꓙꓳ ꓟ ꓞꓳ ꓘꓹ ꓗꓪ ꓐꓰ ꓡ ꓢꓴ ꓙꓳ ꓠꓬ꓾ ꓞꓳ ꓘꓹ ꓔꓯ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿ ꓠꓻ ꓢꓴ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓢꓲ꓾ ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ ꓔꓬ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓞꓳ ꓘꓹ ꓔꓯ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ
    .short = ꓠꓻ ꓫꓵꓽ ꓙꓳ ꓟ ꓞꓳ ꓘꓹ ꓗꓪ ꓐꓰ ꓡ ꓢꓴ ꓙꓳ ꓠꓬ꓾ ꓞꓳ ꓘꓹ ꓔꓯ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿

# Explains 14 days of observation at home and the three-to-one team:
# a health worker, a police officer and a township officer.
# @source 3b01443810dc60a8
home-observation = ꓠꓻ ꓫꓵꓽ ꓙꓳ ꓟ ꓞꓳ ꓘꓹ ꓗꓪ ꓐꓰ ꓡ ꓢꓴ ꓠꓬ꓾ ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ 14 ꓠꓲ ꓔꓬ ꓠꓯꓹˍ ꓡꓳ꓿ ꓓꓵꓽ ꓕꓽ ꓙꓰ꓿ ꓠꓻ ꓠꓬ꓾ ꓞꓳ ꓘꓹ ꓔꓯ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ 14 ꓠꓲ ꓔꓬ
    .short = ꓠꓻ ꓫꓵꓽ ꓙꓳ ꓟ ꓞꓳ ꓘꓹ ꓗꓪ ꓐꓰ ꓡ ꓢꓴ ꓠꓬ꓾ ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ 14 ꓠꓲ ꓔꓬ ꓠꓯꓹˍ ꓡꓳ꓿

# Announces that today the village is cleaned and disinfected.
# @source ea03d3b984ae7ef1
village-cleaning-day = ꓞꓳ ꓘꓹ ꓔꓯ ꓢꓲꓽ ꓢꓲꓽ ꓫꓬ ꓫꓬ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ꓿ ꓔꓬ ꓖꓴ ꓦꓲ ꓔꓯ ꓥ ꓟꓲ ꓢꓲꓽ ꓫꓬ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ꓿ ꓜꓽ ꓓꓴ ꓐꓰ ꓓꓳ ꓓꓴ ꓔꓯ ꓥ ꓟꓲ ꓢꓲꓽ ꓫꓬ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓞꓳ ꓘꓹ ꓔꓯ ꓢꓲꓽ ꓫꓬ ꓝꓲ
    .short = ꓞꓳ ꓘꓹ ꓔꓯ ꓢꓲꓽ ꓢꓲꓽ ꓫꓬ ꓫꓬ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ꓿
