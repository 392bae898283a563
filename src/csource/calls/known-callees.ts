/** Functions and macros of the kernel that change none of a driver's variables but through a pointer they are given. */
export const HARMLESS =
  /^(?:(?:dev|pr|netdev|netif|drm|DRM|wiphy|pci|scmd|starget|shost|sdev)_(?:dbg|debug|info|warn|warning|err|error|notice|crit|printk)(?:_once|_ratelimited)?|printk|k[mzc]alloc\w*|kv[mz]alloc\w*|vz?alloc|devm_k[mzc]alloc\w*|kfree|vfree|mem(?:set|cpy|cmp|move)|str\w+|sn?printf|scnprintf|(?:cpu_to|__cpu_to)_[lb]e(?:16|32|64)|[lb]e(?:16|32|64)_to_cpu|dmam?_\w+|pci_zalloc_consistent|pci_alloc_consistent|usb_alloc_coherent|snd_\w+|IS_ERR\w*|PTR_ERR\w*|ERR_PTR|likely|unlikely|BUG_ON|BUG|WARN_ON|WARN_ON_ONCE|WARN|WARN_ONCE|msleep|mdelay|udelay|ndelay|usleep_range|mutex_(?:un)?lock|spin_(?:un)?lock\w*|ilog2|order_base_2|fls|ffs|get_order|roundup_pow_of_two|rounddown_pow_of_two|is_power_of_2|smp_processor_id|lower_32_bits|upper_32_bits|sizeof|offsetof|min|max|min_t|max_t|clamp|clamp_t|clamp_val|struct_size|array_size|size_mul|size_add|virt_to_\w+|page_address|skb_\w+|netdev_priv|mutex_init|spin_lock_init|raw_spin_lock_init|init_completion|init_waitqueue_head|INIT_\w+|timer_setup|set_bit|clear_bit|test_bit|test_and_\w+_bit|ioremap\w*|devm_ioremap\w*|pci_ioremap_bar|resource_size|platform_get_\w+|pci_set_master|dev_name|dev_set_drvdata|platform_set_drvdata|pci_set_drvdata|dev_get_drvdata|platform_get_drvdata|pci_get_drvdata|to_pci_dev|num_online_cpus|num_possible_cpus|jiffies_to_msecs|msecs_to_jiffies|ALIGN|ARRAY_SIZE|BIT|GENMASK|PAGE_ALIGN|roundup|round_up|DIV_ROUND_UP|[io]?(?:read|write)[bwlq](?:_relaxed)?|io(?:read|write)(?:8|16|32|64)(?:be)?)$/;

/** Functions that bring what user space says. */
export const FROM_USER = /^(?:__?)?(?:copy_from_user\w*|raw_copy_from_user|copy_from_iter\w*|copy_struct_from_user|copy_from_sockptr\w*|get_user|unsafe_get_user|memdup_user\w*|vmemdup_user|strndup_user|strncpy_from_user|simple_write_to_buffer|copy_from_bpfptr)$/;

/** Functions that fill the memory they are given and keep no pointer to it. */
export const FILLS = /^(?:memset|memcpy|memzero_explicit|memmove|memcpy_fromio|(?:__?)?copy_from_user|copy_from_iter|copy_from_sockptr)$/;

/** Macros and functions of the kernel that write what stands as an argument. */
export const WRITING_MACROS: ReadonlySet<string> = new Set([
  'WRITE_ONCE', 'swap', 'xchg', 'cmpxchg', 'try_cmpxchg', 'get_user', '__get_user', 'unsafe_get_user',
  'do_div', 'smp_store_release', 'smp_store_mb', 'module_param_named', 'module_param_named_cb',
]);
