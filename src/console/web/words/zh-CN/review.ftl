### review = "source"
### Words of the console.

review-title = 审稿

# A choice above the list.
review-waiting = 等待审稿

# A choice above the list.
review-all = 全部

review-none = 没有等待审稿的。

# A part of what is reviewed.
review-plan = 播出安排（时间、地点、方式）

# How a part stands.
# Variables:
#   $state (String) - how
review-state =
    { $state ->
        [approved] 已批准
        [rejected] 已退回
       *[other] 待审
    }

# Variables:
#   $count (String) - how many people
review-missing = （还要{ $count }人）

review-yours = 等您审

# Before names.
review-authors = 作者：

review-unsigned = 有的内容没有写明作者，要求审稿时不能批准。

review-new = 以前没有批准过，全部都要看。

# Heads what stood before; also before a name and a time.
review-before = 上次批准的

# Heads what stands now.
review-now = 现在的

review-same = 没有改动

review-added = 新的

review-gone = 不再播出

review-unreadable = 上次批准的内容是旧版本的程序写的，请全部看一遍。

review-chime = 开头的提示音换了

# Before a player.
# Variables:
#   $kind (String) - who speaks
review-recording =
    { $kind ->
        [person] 录音：真人
        [synthetic] 录音：机器合成
       *[other] 录音：占位提示音
    }

review-no-recording = 这段文字还没有录音

review-comment = 意见（退回时必须写）

# A button.
review-approve = 批准

# A button.
review-reject = 退回

review-said-approved = 已批准。

review-said-rejected = 已退回，作者看得到您的意见。

# Why a verdict is not taken.
# Variables:
#   $why (String) - the reason
review-fault =
    { $why ->
        [comment] 退回要写明原因。
       *[other] 您看的时候内容改了，没有记下。请看现在的内容。
    }
