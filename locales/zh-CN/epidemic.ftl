### review = "source"
### Preventing infection: what every household does.
### The Chinese text is the source; Tibetan and Lisu follow it.

# Asks people to wear a mask outdoors and change it in time. Aired daily: keep it short.
wear-mask = 乡亲们，出门请戴好口罩，遮住口鼻，脏了湿了要及时换。
    .title = 出门戴好口罩
    .short = 出门戴好口罩，脏了湿了及时换。

# Asks people to wash their hands with soap and running water. Aired daily: keep it short.
wash-hands = 回家、饭前、便后，请用肥皂和流水，把手仔细洗干净。
    .title = 勤洗手
    .short = 回家、饭前、便后，用肥皂和流水洗手。

# Asks people to air their rooms, and warns of fumes from an open hearth.
ventilate-rooms = 请大家每天早晚开窗通风，让屋里的空气换一换。天冷时注意给老人和孩子添衣保暖。屋里生着火塘、烧着炭的，更要留好通风口，谨防煤气中毒。
    .title = 每天开窗通风
    .short = 早晚开窗通风，烧火塘留好通风口。

# Asks people not to visit, dine together or gather during the epidemic.
no-gatherings = 乡亲们，疫情期间请不串门、不聚餐、不聚集。红事缓办，白事简办，宗教和民俗聚会一律暂停。有事请打电话、发微信。乡里乡亲的情分都在，等疫情过去我们再团聚。
    .title = 不聚集、不串门
    .short = 疫情期间不串门、不聚餐、不聚集。

# Asks families to tell the village at once when somebody comes back from an affected area.
report-returnees = 家里有人从疫区回来，或者有亲友从外地来，请马上向村委会报告，不要隐瞒。早报告一天，全村就多一分平安。有发热、咳嗽的，请戴好口罩在家等候，不要自己外出走动。
    .title = 有人返乡，马上报告
    .short = 家里有人从疫区回来，马上告诉村委会。

# Explains 14 days of observation at home and the three-to-one team:
# a health worker, a police officer and a township officer.
home-observation = 从疫区回来的乡亲，请在家观察14天，每天早晚各测一次体温。医务人员、民警和乡镇干部组成“三对一”小组，会上门帮助您，生活上有困难请告诉他们。观察期间请不要外出，不要接待客人。
    .title = 居家观察14天
    .short = 从疫区回来，居家观察14天，早晚测体温。

# Announces that today the village is cleaned and disinfected.
village-cleaning-day = 乡亲们，今天是村里的清洁消毒日。请各家各户打扫房前屋后、畜圈和水沟，把垃圾送到指定地点。消毒人员来的时候，请盖好饮用水和食物，看好老人、孩子和牲畜。
    .title = 今天清洁消毒
    .short = 今天全村清洁消毒，请各家各户一起动手。
