wear-mask = ÿþ
