/// The file as it is printed in the lesson that this format comes from, with its indentation.
public let printedFile = """
    # token_limits.yaml
    organization:
      monthly_budget: 10000000 # 10M tokens
      daily_cap: 500000

    projects:
      production:
        daily_limit: 200000
        request_limit: 4000
        priority: high

      development:
        daily_limit: 50000
        request_limit: 2000
        priority: low

    users:
      tier_premium:
        daily_limit: 50000
        rate_limit: 100 # requests per minute

      tier_standard:
        daily_limit: 10000
        rate_limit: 30

    alerts:
      - threshold: 0.8
        action: warn
        channels: [slack, email]

      - threshold: 0.95
        action: throttle
        reduction: 0.5 # Reduce to 50% speed

      - threshold: 1.0
        action: block
        fallback: cache

    """
