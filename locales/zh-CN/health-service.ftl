### review = "source"
### Where to turn when ill, and vaccination.
### The Chinese text is the source; Tibetan and Lisu follow it.

# Where to go with a fever. 120 is the ambulance number.
fever-clinic = 如果您发热、咳嗽或者胸闷气短，请不要硬扛，也不要自己乱吃药。请戴好口罩，到县人民医院发热门诊看病，尽量不坐客车。行动不便的，请拨打急救电话120。
    .title = 发热请到发热门诊
    .short = 发热咳嗽，戴好口罩到县人民医院发热门诊。
    .voice = 如果您发热、咳嗽或者胸闷气短，请不要硬扛，也不要自己乱吃药。请戴好口罩，到县人民医院发热门诊看病，尽量不坐客车。行动不便的，请拨打急救电话幺二零。

# The two numbers to keep on the wall. 120 is the ambulance number.
# Variables:
#   $phone (String) - the health hotline, read digit by digit
hotlines = 乡亲们，对防病有不明白的地方，请拨打卫生热线{ $phone }；遇到急病、重伤，请拨打急救电话120。请把这两个号码记下来，贴在家里看得见的地方。不信谣、不传谣，消息以县里的通知为准。
    .title = 健康热线和急救电话
    .short = 卫生热线{ $phone }，急救电话120。
    .voice = 乡亲们，对防病有不明白的地方，请拨打卫生热线{ $phone }；遇到急病、重伤，请拨打急救电话幺二零。请把这两个号码记下来，贴在家里看得见的地方。不信谣、不传谣，消息以县里的通知为准。

# Announces the day on which children are vaccinated at the township health centre.
# Variables:
#   $date (String) - the day, as 2026-11-28
vaccination-day = { DATE($date, style: "month-day") }是疫苗接种日，请家长带孩子到乡镇卫生院接种，带好预防接种证。孩子当天发热、生病的，请先告诉医生，可以改天再来。打完针请在卫生院观察30分钟，没有不舒服再回家。
    .title = 疫苗接种日
    .short = { DATE($date, style: "month-day") }接种疫苗，请带孩子到乡镇卫生院。
