### review = "source"
### Words of the console.

account-title = 我的账号

account-code = 手机验证码

account-code-on = 已设置，本次登录用了验证码。

account-code-log-in = 已设置。请退出，再用验证码登录。

account-code-why = 有了验证码，别人知道密码也进不来。审批人必须设置。

account-code-how = 用验证器程序扫描图案，或输入下面的字母和数字，再填写它显示的验证码。

account-code-picture = 供验证器扫描的图案

account-code-first = 验证码

# A button.
account-code-set = 设置

account-code-wrong = 验证码不对：请看手机时间准不准。

account-password = 修改密码

# A button.
account-change = 修改

account-old-password = 现在的密码

account-sessions = 登录的地方

# Variables:
#   $since (String) - when it began
#   $seen (String) - when it was last used
account-session = { $since }登录，最近使用{ $seen }

account-this-session = 就是这里

# A button.
account-end = 退出

# A button.
account-end-all = 其他地方全部退出

account-said-password = 密码已修改。

account-said-code = 验证码已设置。

account-said-ended = 已退出。
