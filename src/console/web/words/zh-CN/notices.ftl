### review = "source"
### Words of the console.

notices-title = 通知文字

# A link and a button.
notices-new = 写新的

notices-none = 没有。

# A choice above the list.
# Variables:
#   $what (String) - what is shown
notices-filter =
    { $what ->
        [all] 全部
        [bo] 藏文待办
        [lis] 傈僳文待办
       *[other] 我的草稿
    }

notices-next = 下一页

# How a translation stands.
# Variables:
#   $state (String) - how
notices-standing =
    { $state ->
        [missing] 未翻译
        [outdated] 中文已改
        [unsaid] 未核对
       *[other] 已翻译
    }

# Before the names of those who have a draft.
notices-draft-of = 草稿：

# Above a form that has one's own draft.
# Variables:
#   $at (String) - when it was kept
notices-draft-yours = 这是您{ $at }的草稿，还没有保存。

# A part of a notice.
# Variables:
#   $piece (String) - the part
notices-piece =
    { $piece ->
        [title] 标题
        [short] 短句（用在图片卡上）
        [voice] 读法（与正文不同时才写）
       *[other] 正文
    }

notices-changed = 翻译以后中文的改动

notices-change-unknown = 那时的中文没有留下来，请整篇对照。

# A tick box of translators.
notices-right = 译文说的就是现在的中文

# Heads a list of terms.
notices-terms = 用语

notices-term-missing = 还没有定下译法

# A button.
notices-save = 保存

# A button.
notices-keep = 先存草稿

# A button.
notices-drop = 丢掉草稿

notices-said-saved = 已保存，按计划播出。

notices-said-draft = 草稿已存，还没有生效。

notices-said-dropped = 草稿已丢掉。

notices-said-same = 没有改动。

# Why a save is refused.
# Variables:
#   $what (String) - what changed meanwhile
notices-conflict =
    { $what ->
        [source] 您写的时候中文改了，没有保存。请看改动，改好译文再保存。
        [gone] 您写的时候这段文字被拿走了，没有保存。
       *[other] 您写的时候别人改了这段文字，没有保存。下面是现在的文字与您的不同之处：核对以后再保存，就以您的为准。
    }

# Why a save is refused.
# Variables:
#   $count (String) - how many faults
notices-faulty = 有{ $count }处错误，没有保存；您写的已存为草稿。

notices-too-many = 您的草稿太多了：请先保存或丢掉一些。

# Below a text.
notices-clean = 没有发现问题。

# What a fault is about.
# Variables:
#   $what (String) - what
notices-finding =
    { $what ->
        [letters] 用字
        [marks] 标点
        [numbers] 数字或电话
        [names] 花括号里的名称
        [parts] 缺内容
        [yet] 还缺译文或录音
       *[other] 格式
    }

# How bad a fault is.
# Variables:
#   $how (String) - how
notices-severity =
    { $how ->
        [error] 必须改
       *[other] 请看一看
    }

# Heads a list of changes.
notices-history = 历史

# A link beside an older text.
notices-restore = 恢复成这一版

# Above a form that has an older text.
# Variables:
#   $at (String) - of when
notices-restored = 这是{ $at }的文字，保存后才生效。

notices-file-draft = 这个文件标为草稿：要求审稿的县不播出。

# Before a list of files.
notices-unreadable = 有的文件有语法错误，里面的文字不在这里，请工程师处理：

notices-topic = 归在哪一类

notices-id = 编号（小写字母、数字、连字符；以后不变）

notices-comment = 给翻译的话

# Why a new notice is refused.
# Variables:
#   $why (String) - the reason
notices-fault =
    { $why ->
        [id] 编号只能用小写字母、数字和连字符。
        [taken] 这个编号用过了，请换一个。
       *[other] 请选一类。
    }
