### review = "source"
### Words of the console.

broadcasts-title = 播出单

# A link.
broadcasts-new = 新建播出单

# What a field holds.
# Variables:
#   $key (String) - the field
broadcasts-key =
    { $key ->
        [title] 名称
        [state] 状态
        [next] 下一次
        [messages] 播出的通知（按顺序填编号）
        [class] 类别
        [level] 级别
        [every] 每隔多久重复
        [lasts] 持续多久
        [all-clear] 解除时播什么（编号）
        [when] 什么时候
        [times] 其他时间
        [on] 日期和时间，每行一个
        [cron] cron（秒在最前）
        [from] 从哪天起
        [until] 到哪天止
        [except] 除了这些天
        [stations] 在哪些村
        [chats] 发到哪些群
        [how] 怎样播
        [chime] 开头提示音
        [missing] 缺一种语言时
        [repeat] 连播几遍
        [gap] 两段之间停多久
        [late] 允许晚多久
        [volume] 音量（1–100）
        [post] 群里多久发一次
        [expires] 多久以后不再发
       *[other] 文字里的变量，每行一个
    }

# One of a few values.
# Variables:
#   $value (String) - the value
broadcasts-value =
    { $value ->
        [state-draft] 草稿
        [state-ready] 启用
        [state-paused] 暂停
        [class-daily] 日常
        [class-drill] 演练
        [class-emergency] 紧急
        [missing-hold] 那个村先不播
        [missing-skip] 只播有的语言
        [post-usual] 一次（默认）
        [post-once] 一次，文字改了再发
        [post-daily] 每天一次
        [post-each] 每次播出都发
        [post-none] 不发
        [rule-at] 每天或每周定时
        [rule-on] 只在这些日子
        [rule-order] 不定时，下令才播
       *[other] 按 cron 规则
    }

# Variables:
#   $day (String) - a weekday
broadcasts-day =
    { $day ->
        [mon] 周一
        [tue] 周二
        [wed] 周三
        [thu] 周四
        [fri] 周五
        [sat] 周六
       *[other] 周日
    }

# Heads fields of drills and emergencies.
broadcasts-by-order = 只用于演练和紧急播出

broadcasts-all-villages = 全县各村

broadcasts-all-chats = 所有的群

# Before the name of a set of villages.
broadcasts-group = 一组村：

broadcasts-others = 其他的群（编号）

# A button.
broadcasts-open = 选村

# A button.
broadcasts-look = 看看结果

broadcasts-next = 接下来十次

broadcasts-never = 现在没有要播的时间。
