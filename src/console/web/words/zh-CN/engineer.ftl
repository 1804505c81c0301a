### review = "source"
### Words of the console.

engineer-title = 工程师

# A link, and what heads its page.
engineer-doctor = 检查本机

# A link, and what heads its page.
engineer-metrics = 运行指标

engineer-faults = 内容和计划的错误

engineer-hold = 全县暂停

engineer-hold-what = 暂停期间不发新的节目单和群消息。查明原因以后再解除。

# Beside a box to tick.
engineer-sure = 已查明原因

# A button.
engineer-release = 解除暂停

engineer-keys = 密钥

engineer-no-keys = 还没有密钥。

engineer-key-for = 用途

engineer-key-id = 编号

engineer-key-ends = 还有几天

# What a key is used for.
# Variables:
#   $use (String) - what it is used for
engineer-key-use =
    { $use ->
        [approver] 审批
        [time] 授时
       *[other] 节目单
    }

# Variables:
#   $days (String) - how many
engineer-days = { $days }天

# Variables:
#   $count (String) - how many
engineer-approvers = 只有{ $count }位审批人有密钥，紧急播出要两位。

# Variables:
#   $days (String) - how many
engineer-certificate = 设备连接的证书还有{ $days }天到期。

engineer-advice = 更换和吊销（要用根密钥，在本机命令行里做）

# Before a command.
# Variables:
#   $what (String) - what is done
engineer-advice-of =
    { $what ->
        [approver] 给审批人密钥，或换新的
        [rotate] 每年更换节目单和授时密钥
        [revoke] 密钥被盗或人员离开
       *[other] 更换证书
    }

engineer-backups = 备份

engineer-backup-what = 备份里有台账和内容，没有私钥；放在本机 data/backups，请另拷一份到别处，像密码一样保管。

# A button.
engineer-backup = 马上备份

engineer-no-backups = 还没有在这里做过备份。

engineer-all-well = 一切正常。

# Variables:
#   $count (String) - how many
engineer-fault-count = 有{ $count }处要处理。

# What was looked at.
# Variables:
#   $what (String) - what was looked at
engineer-finding =
    { $what ->
        [content] 内容
        [clock] 时钟
        [disk] 磁盘
        [data-folder] 数据目录
        [ledger] 台账
        [keys] 密钥
        [machine] 本机配置
        [fonts] 字体
        [certificate] 证书
        [loudspeaker] 喇叭
        [channels] 群渠道
        [channel] 群渠道故障
       *[other] 声音设备
    }

engineer-said-backup = 备份已做好。

engineer-said-released = 暂停已解除。
