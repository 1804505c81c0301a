### review = "source"
### Words of the console.

emergency-title = 紧急播出

# Heads the page on which one is filed.
emergency-new = 申请播出

# Heads the page of one.
emergency-order = 一次紧急播出或演练

# Heads what is on.
emergency-on = 正在进行的紧急播出和演练

emergency-nothing-on = 现在没有紧急播出或演练。

# How it stands.
# Variables:
#   $state (String) - how
#   $at (String) - since when
emergency-state =
    { $state ->
        [waits] { $at }申请，等第二位审批人确认
        [held] { $at }已确认，全县暂停解除后才播
       *[other] { $at }开始
    }

# How far it has come.
# Variables:
#   $sounding (String) - stations at which it sounds now
#   $reached (String) - stations at which it has sounded
#   $all (String) - its stations
emergency-counts = 正在响：{ $sounding }；已响过：{ $reached }；共{ $all }个广播点

# Variables:
#   $level (String) - I, II, III or IV
emergency-level =
    { $level ->
        [I] 一级
        [II] 二级
        [III] 三级
       *[other] 四级
    }

# Heads the templates of a class.
# Variables:
#   $class (String) - the class
emergency-templates =
    { $class ->
        [drill] 演练模板
       *[other] 紧急播出模板
    }

# What filing one does.
# Variables:
#   $class (String) - the class
emergency-what =
    { $class ->
        [drill] 演练：申请后马上播出，每次都说明是演练，一个人就能申请。
       *[other] 紧急播出：第二位审批人确认后马上播出，打断其他声音，重复到解除或到期。
    }

emergency-no-template = 没有可用的模板。

# In the place of a text.
emergency-no-text = 这种语言没有可播的文字。

# In the place of a recording.
emergency-no-recording = 没有这段文字的录音：村里听不到。

# Names the player for a screen reader.
emergency-listen = 试听

emergency-where = 在哪里

# Variables:
#   $count (String) - how many stations
emergency-where-own = 不选就按模板：{ $count }个广播点。

# Opens a list to tick.
emergency-where-else = 选别的地方

# Before a field.
emergency-stations = 单个广播点的编号，用空格隔开

# A button.
emergency-file = 申请紧急播出

# A button.
emergency-file-drill = 开始演练

# Beside a box to tick.
emergency-sure = 我看过内容和范围

# Below a button that is held.
emergency-hold = 按住按钮，直到填满。

# A link.
emergency-back = 回到紧急播出

emergency-ended = 已结束

# Before a name.
# Variables:
#   $at (String) - when
emergency-filed = { $at } 申请人：

# Before a name.
emergency-confirmed = 确认人：

emergency-departed = 申请后内容变了，不能确认：请看新内容，重新申请。

emergency-signed-waits = 您已签名，等另一位审批人签名。

emergency-own = 您申请的，要由另一位审批人确认。

emergency-waits-approver = 要由审批人确认。

# Before the reason.
emergency-no-key = 您现在不能签名。

# A button.
emergency-confirm = 确认播出

# A button.
emergency-sign = 签名

emergency-sign-how = 选您的密钥文件，输入口令。密钥在这个浏览器里打开，发出去的只有签名。

# Before a field.
emergency-key-file = 密钥文件

# Before a field.
emergency-passphrase = 密钥口令

# Before a command.
emergency-sign-command = 浏览器不能签名时，请在县里的机器上运行

# Why it is not signed.
# Variables:
#   $why (String) - the reason
emergency-sign-fault =
    { $why ->
        [damaged] 这不是密钥文件，或已损坏：请换一份。
        [other] 这不是您现在的密钥：请选最新的文件。
        [old] 这个浏览器不能签名：请更新浏览器，用 HTTPS 打开，或在县里的机器上签。
       *[other] 口令不对，或文件被改过。
    }

# A button.
emergency-all-clear = 解除

emergency-all-clear-what = 马上停止，并播出、发出解除通知。

# A button.
emergency-cancel = 撤销

emergency-cancel-what = 只撤销，不通知：误报、错地方时用。

# A button.
emergency-correct = 更正群消息

emergency-correct-what = 文字改好后，群里换成新的，或另发更正。

emergency-said-filed = 已申请。

emergency-said-confirmed = 已确认，马上播出。

emergency-said-signed = 签名已收下。

emergency-said-cancelled = 已撤销。

emergency-said-cleared = 已解除。

emergency-said-corrected = 更正已下令。
