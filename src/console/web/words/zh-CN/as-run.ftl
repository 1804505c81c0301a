### review = "source"
### Words of the console.

as-run-title = 播出记录

# Before a date.
as-run-from = 从

# Before a date.
as-run-to = 到（含当日）

as-run-how = 结果

# How an airing ended, or stands.
# Variables:
#   $outcome (String) - how it ended
as-run-outcome =
    { $outcome ->
        [planned] 计划播出
        [played] 已播出
        [late] 晚播
        [partial] 没有播完
        [missed] 漏播
        [cancelled] 已取消
        [expired] 已过期
        [refused] 被拒播
        [unreported] 没有回报
        [no-box] 没有设备
       *[other] 未结束
    }

# Why it ended so.
# Variables:
#   $reason (String) - the reason
as-run-reason =
    { $reason ->
        [clash] 与其他播出冲突
        [down] 设备当时没有运行
        [clip-missing] 缺少录音
        [clip-damaged] 录音损坏
        [clip-unreadable] 读不出录音
        [no-device] 声音设备打不开
        [device-lost] 播出中声音设备断开
        [journal-unwritable] 写不下认领记录
        [crash] 播出中程序中断
        [shutdown] 播出中设备被关
        [pre-empted] 让给优先的播出
        [cancelled] 按指令取消
        [silenced] 按指令停播
        [skipped] 按指令跳过
        [unlisted] 节目单里不再有
        [quiet-hours] 在静音时段内
        [too-soon] 离上次播出太近
        [too-many] 当天次数已满
        [pace] 播出时长不对
        [bad-rundown] 节目单有错
        [muted] 现场静音
        [clock-untrusted] 时钟不可信
        [amnesia] 设备丢失了播出记录
       *[other] 审批签名不够
    }

# Variables:
#   $days (String) - how many
as-run-days-cut = 一次最多看{ $days }天，只列最后这些天。

# A link.
as-run-csv = 下载表格

# A link, and the title of what is printed.
as-run-proof = 播出证明单

as-run-none = 这些天没有符合的播出。

# Variables:
#   $count (String) - how many
as-run-villages-cut = 另有{ $count }个广播点没有列出：请按乡镇查看，或下载表格。

# Heads a list.
as-run-airings = 逐次播出

# Variables:
#   $count (String) - how many
as-run-count = （{ $count }次）

as-run-at = 应播时间

# Heads a column.
as-run-again = 补播

# A button.
as-run-reair = 补播

# Variables:
#   $order (String) - the order's number
as-run-ordered = 已下令补播（{ $order }号）

as-run-said-reair = 已下令补播。

# Heads a column of the table.
# Variables:
#   $column (String) - the column
as-run-column =
    { $column ->
        [at] 应播时间
        [township] 乡镇
        [village] 广播点
        [broadcast] 播出单
        [notice] 通知编号
        [class] 类别
        [level] 级别
        [languages] 语言
        [outcome] 结果
        [reason] 原因
        [started] 开始
        [ended] 结束
        [heard] 各语言
        [detail] 说明
       *[other] 播出编号
    }

# Variables:
#   $from (String) - the first day
#   $to (String) - the last day
as-run-span = { $from } 至 { $to }

as-run-print = 用浏览器的打印功能打印本页。

# Variables:
#   $sheet (String) - its number
#   $sheets (String) - how many
as-run-sheet = 第{ $sheet }张，共{ $sheets }张

# Variables:
#   $at (String) - when
as-run-printed = 制表时间 { $at }

# Before a line to sign on.
as-run-made-by = 制表人：

# Before a line to sign on.
as-run-checked-by = 审核人：
