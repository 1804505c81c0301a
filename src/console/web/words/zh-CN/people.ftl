### review = "source"
### Words of the console.

people-title = 人员

people-add = 添加人员

people-link = 一次性链接，有效一天，请交给

# Before names.
people-retired = 已离开：

people-change = 修改

# A button.
people-save = 保存

# How a person logs in.
# Variables:
#   $state (String) - the state
people-login =
    { $state ->
        [none] 还不能登录
        [code] 密码和验证码
       *[other] 只有密码
    }

people-here = 已登录

# A button.
people-give-link = 给一个一次性链接

# A button.
people-log-out = 让其退出

# A button.
people-forget-code = 取消手机验证码

# A button.
people-retire = 已离开

people-roles = 职责

# What a person may do.
# Variables:
#   $role (String) - the role
people-role =
    { $role ->
        [writer] 撰稿
        [translator] 翻译
        [reviewer] 审稿
        [approver] 审批
       *[other] 工程师
    }

people-languages = 翻译的语言（不选就是全部）

# A language.
# Variables:
#   $tag (String) - the language
people-language =
    { $tag ->
        [bo] 藏文
        [lis] 傈僳文
       *[other] 中文
    }

# Why a change is refused.
# Variables:
#   $why (String) - the reason
people-fault =
    { $why ->
        [taken] 这个姓名用过了，请加以区别。
        [unknown] 没有这个人，或没有可取消的。
        [name] 请填写姓名。
        [no-role] 请至少选一个职责。
       *[other] 不能取消自己的工程师职责。
    }

people-said-changed = 已保存。

people-said-code = 验证码已取消，请其重新设置。

people-said-out = 已让其退出。

people-said-retired = 已记为离开，姓名留在记录里。
