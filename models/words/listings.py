"""What the fields of products and shops are called, in English and in Chinese: by the model they stand in."""

FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "ProductContent": {
        "access": ("Access information", "接入信息"),
        "basic": ("Basic information", "基本信息"),
        "business": ("Business information", "业务信息"),
        "sales": ("Sales information", "销售信息"),
    },
    "Access": {
        "delivery": ("Delivery", "交付方式"),
        "template": ("Kind of template", "模板类型"),
        "url": ("Address", "接入地址"),
        "instructions": ("Instructions", "使用说明"),
    },
    "Basic": {
        "title": ("Title", "标题"),
        "summary": ("Summary", "简介"),
        "description": ("Description", "详情描述"),
        "category": ("Category", "类目"),
        "industries": ("Industries", "适用行业"),
        "pictures": ("Pictures", "图片"),
        "links": ("Links", "链接"),
    },
    "Business": {
        "scope": ("Scope of business", "业务范围"),
        "support": ("Support", "售后支持"),
        "qualifications": ("Qualifications", "资质证明"),
    },
    "Sales": {
        "plans": ("Plans", "套餐"),
        "account_types": ("Account types", "可购账号类型"),
        "refunds": ("Refunds", "退款规则"),
    },
    "ShopContent": {
        "name": ("Name of the shop", "店铺名称"),
        "introduction": ("Introduction", "店铺介绍"),
        "announcement": ("Announcement", "店铺公告"),
        "scope": ("Scope of business", "经营范围"),
        "features": ("Features of the products", "产品特色"),
        "customer_service": ("Customer service", "客服信息"),
        "best_sellers": ("Best sellers", "热销产品"),
        "logo": ("Logo", "店铺标志"),
        "links": ("Links", "链接"),
    },
    "CustomerService": {
        "hours": ("Hours", "服务时间"),
        "phone": ("Telephone", "客服电话"),
        "url": ("Address", "客服网址"),
    },
    "Link": {"title": ("Title", "标题"), "url": ("Address", "网址")},
    "Picture": {"document": ("Document", "文件"), "caption": ("Caption", "图片说明")},
    "DocumentRef": {"kind": ("Kind", "文件类型"), "document_id": ("Number", "文件编号")},
    "Plan": {
        "name": ("Identifier", "套餐标识"),
        "title": ("Title", "套餐名称"),
        "price_fen": ("Price in fen", "价格（分）"),
        "period": ("Period", "周期"),
    },
}
