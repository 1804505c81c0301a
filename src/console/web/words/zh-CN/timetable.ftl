### review = "source"
### Words of the console.

timetable-title = 时间表

timetable-view = 看

# In a list to choose from.
# Variables:
#   $view (String) - the view
timetable-view-of =
    { $view ->
        [week] 一周
       *[other] 一天
    }

timetable-date = 日期

timetable-by = 按

# In a list to choose from.
# Variables:
#   $by (String) - what it is put together by
timetable-by-what =
    { $by ->
        [village] 广播点
        [broadcast] 播出单
       *[other] 乡镇
    }

# A link.
timetable-before = 之前

# A link.
timetable-after = 之后

# A day of the week.
# Variables:
#   $day (String) - mon to sun
timetable-weekday =
    { $day ->
        [mon] 周一
        [tue] 周二
        [wed] 周三
        [thu] 周四
        [fri] 周五
        [sat] 周六
       *[other] 周日
    }

# Variables:
#   $from (String) - when they begin
#   $until (String) - when they end
timetable-quiet = 静音时段 { $from }–{ $until }：日常和演练不播，特别重大和重大的紧急播出照播。

timetable-quiet-row = 静音时段

timetable-past = 这里只看从昨天起的计划；更早的看

timetable-none = 没有安排播出。

timetable-time = 时间

timetable-becomes = 会怎样

# What becomes of an airing.
# Variables:
#   $state (String) - what becomes of it
timetable-state =
    { $state ->
        [airs] 播出
        [waits] 稍等再播
        [cut] 会被打断
        [missed] 冲突漏播
        [quiet-hours] 静音时段不播
        [too-soon] 离上次太近不播
        [too-many] 当天次数已满不播
        [not-known] 当时还没有定稿
        [not-approved] 当时还没有审定
        [gaps] 缺文字或录音不播
        [silenced] 按指令停播
        [skipped] 按指令跳过
        [cancelled] 按指令取消
        [expires] 先过期
       *[other] 与另一次合并
    }

# Variables:
#   $sections (String) - how many groups
#   $rows (String) - how many rows
timetable-cut = 另有{ $sections }组、{ $rows }行没有列出：请缩小范围。

timetable-why = 为什么播，为什么不播

timetable-minute = 哪一分钟

timetable-nothing = 这一分钟没有任何播出单或指令。

# What becomes of a broadcast at that minute.
# Variables:
#   $verdict (String) - what becomes of it
timetable-verdict =
    { $verdict ->
        [sounds] 播出
        [waits] 等候
        [missed] 漏播
       *[other] 不播
    }

# Whose word an airing is on.
# Variables:
#   $rule (String) - what kind of rule
#   $order (String) - an order's number
#   $at (String) - when
timetable-asked =
    { $rule ->
        [order] { $order }号指令要求 { $at } 播出。
        [moved-order] { $order }号指令要求 { $at } 播出，静音时段推迟了它。
        [times] 时间表定在 { $at }。
        [cron] 时间规则定在 { $at }：
        [dates] 日期定在 { $at }。
       *[other] 只有下指令才播。
    }

# Variables:
#   $from (String) - when it begins
#   $until (String) - when it ends
timetable-from-until = { $from } 到 { $until } 播出。

# Variables:
#   $at (String) - when
timetable-starts = { $at } 开始。

# Variables:
#   $at (String) - when
timetable-too-late = 到 { $at } 还没轮到，就不播了。

# Variables:
#   $order (String) - the order's number
timetable-order = { $order }号指令要求播出，但是：

# Before another airing.
# Variables:
#   $how (String) - what it does
timetable-other =
    { $how ->
        [waited] 它让给了
        [cut] 打断它的是
        [waits] 它让给
       *[other] 占着喇叭的是
    }

# Why the other goes first.
# Variables:
#   $first (String) - why
#   $level (String) - the level of an emergency
timetable-first =
    { $first ->
        [level] （{ $level }级紧急播出优先）
        [class] （类别优先）
        [began] （它先开始）
        [earlier] （时间在先）
       *[other] （按编号顺序）
    }

# Why an airing is left out.
# Variables:
#   $why (String) - the reason
#   $fact (String) - a time, a number
timetable-why-not =
    { $why ->
        [quiet-hours] 静音时段（{ $fact }）内不播。
        [too-soon] 离上次播出太近（{ $fact }）。
        [too-many] 当天已播{ $fact }次。
        [not-known] 当时还没有定稿。
        [not-approved] 当时还没有审定。
        [gaps] 这里缺文字或录音，所以不播：
        [silenced] { $fact }号指令让这里停播。
        [skipped] { $fact }号指令跳过这一次。
        [cancelled] { $fact }号指令取消了它。
        [expires] 静音时段结束前就过期了。
       *[other] 与同一播出单的另一次合并。
    }

# What a notice lacks in a language.
# Variables:
#   $gap (String) - what is missing
timetable-gap =
    { $gap ->
        [no-text] 没有文字
        [unrenderable] 文字有错
        [outdated] 译文已过时
        [no-recording] 没有录音
        [other-wording] 录音与文字不一致
        [other-voice] 没有合适方言的录音
        [not-reviewed] 译文未审定
        [machine-voice] 只有合成语音
        [placeholder-only] 只有占位录音
        [changed-since] 指令下达后内容变了
        [not-signed] 审批签名不够
       *[other] 还没有审定
    }

# Why a broadcast is not planned at a minute.
# Variables:
#   $bar (String) - the reason
#   $fact (String) - a day, a number
timetable-bar =
    { $bar ->
        [crowded] 一天排了{ $fact }次以上，只取前面的。
        [draft] 还是草稿。
        [paused] 已暂停。
        [other-stations] 不在这个广播点播。
        [begins] { $fact } 才开始。
        [ended] { $fact } 已结束。
        [exception] { $fact } 除外。
        [other-days] { $fact }不播。
       *[other] 日期和星期不符。
    }

timetable-emergency = 紧急播出由两人下令。

# A button.
timetable-skip = 跳过这一次

# A button, and what heads its form.
timetable-air = 马上播

timetable-air-where = 在哪里播

timetable-air-all = 播出单上的所有广播点

timetable-said-skipped = 已下令跳过。

timetable-said-airs = 已下令播出。
