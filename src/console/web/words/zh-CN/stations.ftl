### review = "source"
### Words of the console.

stations-title = 广播点

stations-one = 一个广播点

stations-no-link = 本机没有开通村级设备的连接：请在本机的配置文件里开通，再重新启动。

# Heads a list.
stations-pending = 等待核对的设备

stations-health = 状况

stations-heard = 最后联系

stations-clock = 时钟误差

stations-ready = 音频

stations-is-ready = 已到齐

stations-not-ready = 未到齐

stations-not-known = 不清楚

# Variables:
#   $count (String) - how many
stations-unready = 有{ $count }次播出缺音频

# In the place of a time.
stations-never = 从未

# In the place of a time.
stations-here = 本机

# Variables:
#   $count (String) - how many
stations-cut = 另有{ $count }个没有列出：请缩小范围。

stations-others = 同一台设备还带其他广播点

# A button, and what heads its form.
stations-enrol = 接入新设备

# Before a code.
stations-code = 接入码：

# Variables:
#   $until (String) - when
stations-code-until = 只能用一次，到 { $until } 为止。

# Before a command.
stations-join = 在设备上运行这一行：

stations-picture = 接入码的二维码

stations-then = 然后打电话核对设备上显示的数字，再在这里确认。

# A link.
stations-look = 看这个广播点

stations-fingerprint = 打电话请现场的人念出设备上的数字。必须与这里完全相同：

stations-fingerprint-of = 指纹

# Beside a box to tick.
stations-same = 已经核对，完全相同

# A button.
stations-confirm = 确认接入

# A button, and what heads its form.
stations-revoke = 撤销设备

stations-revoke-what = 撤销后不能恢复：设备最多再播14天已收到的内容，此后不再收到任何内容。还在等待核对的先撤销。

# Beside a box to tick.
stations-sure = 确定撤销

# Heads what is told of a box.
# Variables:
#   $state (String) - where it stands
stations-box =
    { $state ->
        [confirmed] 已接入的设备
        [revoked] 已撤销的设备
       *[other] 等待核对的设备
    }

stations-version = 程序版本

stations-uptime = 已运行

stations-disk = 磁盘剩余

stations-temperature = 温度

stations-sink = 声音输出

stations-volume = 现场允许的最大音量

stations-rundown = 已接收的节目单

stations-log = 最近一周的播出

stations-people-did = 接入记录

# What somebody did.
# Variables:
#   $action (String) - what was done
stations-did =
    { $action ->
        [make-enrolment-code] 发出接入码
        [enrol-box] 设备来接入
        [confirm-box] 确认设备
       *[other] 撤销设备
    }

stations-said-confirmed = 设备已接入。

stations-said-revoked = 设备已撤销。
