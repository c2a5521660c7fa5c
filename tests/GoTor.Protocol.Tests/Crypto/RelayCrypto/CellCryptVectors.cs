namespace GoTor.Protocol.Tests.Crypto.RelayCrypto;

/// <summary>
/// Cells made by C tor's own relay crypto (a modified test_relaycrypt.c), from Arti's crates/tor-proto/testdata/cell_crypt.rs:
/// the number of the cell and its 509 bytes, in base64, after three layers of encryption.
/// </summary>
internal static class CellCryptVectors
{
    public static readonly (int Number, string Body)[] Cells =
    [
        (0,
            "yuyMJga2Wh1C7rsd0/3Jlz7rOzo+kMFwMQHxzwFvb8y0wb1F2poNoZIN5sMYgxc99OcAWja4E2vX0PD7gNaPE7hzHsQ1gUMFeK98fmtG78fHdROXuLXUugzZ"
            + "mw5eUwFEM1RxZn1CA13KYxe2JYZ67BnIrAbytf+jahhm6RSDN6PKZMpLKLXpdcRnsbdPmWiKOtvb/wAy8foF0srGGezM8W0/4U5s7vPCv88UopqAXxANkF+8"
            + "DtJdp/lRF/XfCeouWISgzBuZELhYQoDTfF4yy49Ee0AO2M3341j2H53ymgUv6Jls4TtVN7HdSJtw4igN+dGIYMh3LbgndruwhkKZ2VLTMbapjlS4dj/dGxW5"
            + "B5XOmXzwAbHFgBSjAy0EZYuVFWYLuI3v28l0yoejGaL7Q3ktRmy+TiqvW5Uv9w0ddX/YPny+0KP6j+NLFptXpCCUSEGdlyzK1/hhblV0WeBUZ/Gcjm4ZkOmX"
            + "yddjoATEM5QufZhyIS/EeivvAl/C0mGqd2gyiG9Uh3NPv2c6MqeCWU4VNX0O5jEJXpvO0aapjHmrXR9hTBS3YgWFwDOoLRpfcT4bMdsF07wbCMLt5+MDDDEC"
            + "W37aIcOgA2BJZ4CZQ7AbasNYY6RoD/aoXiDGky9MhKi7+qi1EU2CmRM0363mdc+4GNx8opS41Cx6TPc="),
        (1,
            "VnCCXByMRGvxrcokkqNViT3auVp7xdUacePoiaQstA6/4eIEBqliMkZ7V1LRpW5c8RTmLORMoTe8s6A4yS9mcBqVmNKqFuWg845n+ZBMabW4yC7kEJ/5B+no"
            + "yHwYTkX8rDZegYet1XdjuSSiLvJKyeIf+0/1rHSxdtNE/gG5BgdztXvm0P8B1g603c2UAF4WXnxbcBJmnFegDFzX3Pf2MVBs0SppBcKJ0aO3Z7deFPuS91Ig"
            + "BeQ04h3F5KPYQ6fuWTwm8cXLYDMPGCiBEkeqaHDVwN6uoVK76v3Ng3qcjYHRvtTfruCwEoBxqCuw6Z3pJoG6UvVTLt/NzTc/DzYG6AWjCekYUy05GO/u2sTx"
            + "CDqZH2qm7TlatrRVzY6MwZc7xnIpdsm9PIkdc8tF5CMpR/1ruksQcCLKuiKknyzaj4txlN1uBCNl5CNNCcsBB/oNAXeCTL51QnE6J8mPLBVWUXXBBTlhesHT"
            + "/HEr7/h2oNyqQ68aadqvdJm9OyP4XUggKwfEJ4URfsG1PzqGEMIUyF6BHuQo4/m+jBzLqTOVg2ITPD/7RiU+1n4fznl/GFUTX4JoPZzfdugIVoWqLgH8alMR"
            + "tEK2yljoykvdoTEm97WguKAXT/nHytJTuaG1CyjszaOH7p9lQebqydLssLHQ7Qfx32RWiaZoTpkSlB0="),
        (2,
            "wczOesTDq++jJl0RV0WZdqncdMhgpqOUnkuOdb8h7xXl6VRPrvE7DM/KNF0pL8NeFdVDSgNz7wuGH8etGTQ1KALhtrCElaWSp/Yx0w17bDB7GaUZo1AgFssP"
            + "MEjL8vN7zE41Zry/BnM42jf+YhDBTyNAExpLA1JDj1+2baZfiOVGaThOnSMIqzYNcDkcO3zK0N4twUE4vRCzdDmyMmIJP4aBXV2OhhINMXJR1oK4z61Z5JwQ"
            + "QxpfNKswGNDFCk15TShaVXleiyWG+mZ20aWwyXIB1Bx8GBhOJZGdl7t602SLEywPuyXjuhJ5WIxOKxWic//XJ8zRJ2WSBwcqUeOWQ2/iWlnuYy6qSTTLmO/N"
            + "+iH6YEEmGdQXHDnkkhssOyOKUgwZWCY1/8inWcRP8hUvCoAgnKGbXnvoJFjCsZjVgATfKvyuvZFQ3jjFDwTAk/JAkEFUG0TK4QyYrzEqM1+eoUtv8Y3XXjsA"
            + "MIqCwTmRh3Hj50vXa3iECwJHCjPabQPcjxHPHQL5uSkIE+BpMJk6jJY1hOntT2G4ChTpCg6koBvQA+Lwjzf4QmWWr8OoDh4PO7r6ZQMH9ARJOy3dGFuU5w8W"
            + "qQkVDKTtEKuISD1sVGr/D4CfYxPWsHhezwTTwvw8CwMwgr+zmq8ZzwGEqpLd84Msbao1Ftm8q39GwXQ="),
        (10,
            "4PEtGSmzCRIzL89DaMoEFvCFKEZJYfu4NO/JDF2xo02aA8TwGNwe2mWxpdfiEYEgllM9kVxanWhkQiBKebAowJ7RtLAV/b9aGLGAERKMcoNrkYoRZyb9t6S4"
            + "x6K8UiWwukij4ntfh9INZDzMeW1pnVNkWfEpYFzDOAnO523z1wYlX3Hvm59LXQUGVgISqKQ9b9glC7szYQhuk32gtt6HkojJ2lczOz3G9R+2v94Xpjc+by3G"
            + "SnuG6PyUVF8d0VGVacDk+khivjjP/h0BNlM5uCwKU0GKvA9RcKhlYTS2MB7+smTvYwWrTpCeExBaAHlvsWVAM8MM+aRbeWx4fRLhQilzVeeue8sh5pQFmtZ5"
            + "J/3arDCk2MKSpbtKLIjGSLGUOOaht8GejM+8MiEFh9kKBZyEOJdkjLduR9y+YtIZjCSAHtMk0B7HdVrVZuviI/i778YMbmd6QoYJKK2xzB0pOja9Ljgmg6X6"
            + "4PpoTdNb9XxjtlASjM9qRForxCka/lT4Ppx9n/pI19IZyi8bp6jWo/0j8/nfSaane4AwbvgD6Yr6SoEaix3h90ToWq+wtqjtWf/swcupr35WfKxHAw3nDd9O"
            + "cipw3NUm/AKtWtHgZ7/3NvZlS4zLn0i7STbEl3PAVd2T8QkPhAPeoLFiuyP0V+ozfi2pOxC6IeUxzw0="),
        (20,
            "ozG1qaXaQ/3yWEx6edoYKgyhHBTSJRC7ZeKaeeieT7ZrENfhA6xe/gyRmCg/vAun8OmfI9YG5WzGW+5yxM/j9CWQQPH45SuO7zpz7wAn0BwF6zSRnZOIPkuw"
            + "IFZiFgnqfhdF/eG1VdXRgyBv/OA5FLXzIjnwNUqzmJTRlB7J4wJ3uuR+KaKdJLM7M1GF58em63zZCKhMDV8LlgdbZbGXsjbDW3gaKd85Phc1kfEhmDS16WKV"
            + "fqMYH+HPdfHFpa0YLnGUvqNBzTpWnefcTUX+2CjQLv3igLI8R2t0EX9EDtZ/iWMY2RxevOtGGelbKLuSaxt30GX3tsTTglsK59SmJCRKgn09muYRTUcvRL5A"
            + "I1s206lg9RSx00j5Sql896nMtvQWKk6YCTm3D1gAN2d29lOEo1O5qnurVrc8O1qwc5VwwSF5cOrq2srZKIL89v8pXFoNhyZQaNjljYEnjvIt7yp/C9JdJGMx"
            + "MG+CbLMnF/gEuPCxfB/61cN5syHUBJxh/9tenPpa9OYokKZ9HCEFQxqL3b6lO4IvYfRc4DXgxvtYFGbrgWPnCjNu2TfjUtDo7pcb1gjXW6VmWBwY8EO9AczV"
            + "49hIIsNSjG1r3GNlY6lIl1ofXPtitRBXPp1wo6rIy9v4tjG2zTFm7q9P5FWs+fJx/YJa38mM705sgdo="),
        (30,
            "GfqwVCUj4uAsQ+CpR8zNKu8xGo05mD6DBVTp0m3KsnF+WlA5E2g17lMBgd2jjBFv4jCEW8MQZfm/eTXPHatmZOf1HEhCR1I2ZO19rkp4r1JYREDCvJXnOS9z"
            + "WPx8ehahuKJF2Ny/aZ+1l8RwAvWe7Xi75BU5xcJgYGJ6iHBruTWRyqs+V72t8FVX3nGTl/WtUTB3zTUSt0SXGDyuqTEcPKgs3jy4niD8ox5NyeVgI88sUUj7"
            + "a0e8MLqDKZQRAOpIY6ohHyJ+IwVdc0P+bcXA3yL933BaNLs9vNwuP1qvStXZCwK1gh9A/SKkvVlaXHLWWw60BE6yeYW69itUeWi9q5+dO6yBpz6L3z6X2rtY"
            + "8V4We5UXpQ026yriMTBohoq7Cd+tRJTthOJ/Tcc1gMGgKcl6l2D4YEKaIBYrTBNdpfpXFDgAsmz6LDWe638ARu5MleriCKe3hafbDi+PocSpKpEIWthxd5dg"
            + "zrg8UzDgBNYy/OFbzAu44EwIxr/P0cGt7xi3iCXJN9HZT9t/wtTXZaUMIYy2JQS1kQejYgfAO2yOxiL60spzOZUHBwcXDXoLIJEHMoudyWu4hu29YMIYi+4F"
            + "jTqP6FDPBxkLqmp7MAKLyPq741vXSfHsoaTVqrtSmPtmzshd1ohEp7uxX63A0oYZviF33Isd2H5SeKU="),
        (40,
            "y0wlfRz97nj3PlnyPT6LdqOskJ/K37rDVCYBo93kfDuodd1o8bszRD7Si1q4oa9OuaPiu/IamAY1ovClqar8IIb7GnUvEri778lO6ODHp/CleTP+egHitJkb"
            + "Fh7R9z2snWHKbZs3HoiKMtm3wER5koO7HJFGEWAqbs05OHNS0QzOc66l2JoqRzhl3+s7XEp1ke4HA9PRkKnAEqtAgnjzPCBkKOGqm59XRDcPb4fHN+5dmf4C"
            + "pXt1Sc0rs1pnn++dtYoBasH1vgdXd8CMyM14o23eAUpsNWRdv0p7qiDkidivT8DM2QXZdqYNHBsZVgYV/DZPM5ufGSMfWob/xxTF4hbz2+SlppK5DLo3UVM6"
            + "Lr2bJB9hskAo5Hr15giUQ9oCYS+fPE9WYlPrm0uEzoBOXt2Tcp8azyr0kLMj57h973e+gCyUoqdJMdI3IRPMSplBNr/GacJkKBgT2ogpan9MTfgUcj6/xhas"
            + "bdKdWYZ+X383RHOKPOQl+OGui+abZwr8USgsB7ADxXxJdIj3LASF/KM2/pbevkdG07/XzLxRKb3nSpDDbmPvkEBZnbS1T+XmW9KeQvl6oVeULPdmVAyU/uau"
            + "PgHPXalAHpscZQw97qTkIKIJKrMsm1meUN97kw5rR1QK/gVi3RJV75NKbmtCgoHkyGDYvXDijammpo8="),
        (50,
            "5ygETcXGWMcFn2y5YZpNnwAE9LtBCF61qIgjsdyoMZnsYyrMAvaSOrC8PZn0HAlc14zYOwvQ4XXuvfXrggrE7WO83/4vm4NjP5g9Dfgiq0rvuxmz/sLixHex"
            + "EKCZUEYihUD41NEyDJpRqIQr1Hb7NYaqGQlza1L1SSm/8RQvzKgWikJDTRq3/f2hPh3ShQx9CLmEGLxjVcgtMbm3K3vHadHzTZdj9bwvm83LErv/mSGtdOqg"
            + "TWPRellXdhu85f0fNfrAENv18xGv1TaXfsgLgSWzlmwdwVNrHAx5Br8/Y1WUSO4lub0vnIZTmk51zho2v7QxdqMKzs/DUVKi1bMVNFekkABF2IQg9t8E9kic"
            + "MdP1zdacAVCM2IyqYt2iYA7iOTwbNe9L9yyLxgjA1SMPE2ZW0eAh69PVb6saV2ddDtB0X6lrlaAKE93uUGSo3xubNdfMoz/rRGlldIV2j4sXepLlGIGKz3QB"
            + "K68AS/DoSSIYYRbYu5B3ALqJjFmRsts1U8v2OQC1QWnZaubROgQrFSjVnlFDtARxy14yJC7RaK9cErdXE53GH52Q45Fg2we/Ual82SaUb9j43bE47Z92J+r0"
            + "FvO8ZIsW5TBDP5usMWg/wSsrkHFo2NEqsnrz4XXdyJMnMpxH/LBYYDLyoJzostJdHtXl+/HSZ1NYZhg="),
    ];
}
