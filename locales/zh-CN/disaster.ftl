### review = "source"
### Fire, landslide, flood, and the drills for them.
### The Chinese text is the source; Tibetan and Lisu follow it.

# The ban on open fire in the dry season. 12119 is the forest fire number.
wildfire-ban = 现在是森林草原防火期，严禁野外用火。上山不带火种，林区不吸烟、不烧荒。煨桑请到指定地点，人走火灭。发现火情，请先撤到安全的地方，再拨打火警电话12119。
    .title = 严禁野外用火
    .short = 防火期严禁野外用火，发现火情请拨12119。
    .voice = 现在是森林草原防火期，严禁野外用火。上山不带火种，林区不吸烟、不烧荒。煨桑请到指定地点，人走火灭。发现火情，请先撤到安全的地方，再拨打火警电话幺二幺幺九。

# An emergency: leave the slope now.
landslide-warning = 紧急通知：县里发布滑坡预警。山坡随时可能垮塌，住在陡坡下和沟口的乡亲，请带上老人和孩子，马上按村里指定的路线撤到安全地点。不要回头取东西，不要在沟谷里停留。
    .title = 滑坡预警
    .short = 滑坡预警：请马上撤离陡坡和沟口。

# An emergency: leave the river bank and low ground now.
flood-warning = 紧急通知：县里发布洪水预警，河水正在快速上涨。住在河边和低洼处的乡亲，请带上老人、孩子和病人，马上往高处撤离。不要过河，不要到河边观看、捞东西，请听从村干部的安排。
    .title = 洪水预警
    .short = 洪水预警：请马上往高处撤离。

# A drill. Says at once, and twice, that it is one.
evacuation-drill = 这是演练，这是演练，不是真的灾情，请不要惊慌。现在进行避险撤离演练，请大家带上老人和孩子，按指定路线走到村里的避险集合点，向村干部报到，点名以后再回家。谢谢大家。
    .title = 避险撤离演练
    .short = 这是演练：请到避险集合点报到。

# Ends a warning: people may go home, with care. Aired by order after an emergency.
all-clear = 乡亲们，预警已经解除，可以有序回家了。路上请留心落石和塌方，进屋前先看看房屋有没有裂缝，不要碰湿了的电器。水源消毒以前，请不要直接饮用。有困难请找村委会。
    .title = 预警解除
    .short = 预警已经解除，可以回家了，路上请小心。
