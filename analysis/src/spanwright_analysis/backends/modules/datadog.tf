# Datadog: metrics of all spans, a filter that keeps root spans, the dashboard and the monitors, from the JSON files
# beside this one. Made by `spanwright backends datadog`.
#
#   terraform init && DD_API_KEY=… DD_APP_KEY=… terraform apply -var 'notify=@slack-llm-alerts'
terraform {
  required_version = ">= 1.3"
  required_providers {
    datadog = {
      source  = "DataDog/datadog"
      version = ">= 3.50"
    }
  }
}

variable "api_url" {
  type        = string
  default     = "https://api.datadoghq.com/"
  description = "The API of your site, such as https://api.datadoghq.eu/."
}

variable "notify" {
  type        = string
  description = "Who is told by the monitors, such as @slack-llm-alerts."
}

provider "datadog" {
  api_url = var.api_url
}

locals {
  spans_metrics = {
    for file in fileset(path.module, "spans_metrics/*.json") : file => jsondecode(file("${path.module}/${file}")).data
  }
  logs_metrics = {
    for file in fileset(path.module, "logs_metrics/*.json") : file => jsondecode(file("${path.module}/${file}")).data
  }
  retention = jsondecode(file("${path.module}/retention_filter.json")).data.attributes
}

resource "datadog_spans_metric" "metric" {
  for_each = local.spans_metrics
  name     = each.value.id

  compute {
    aggregation_type    = each.value.attributes.compute.aggregation_type
    include_percentiles = lookup(each.value.attributes.compute, "include_percentiles", null)
    path                = lookup(each.value.attributes.compute, "path", null)
  }
  filter {
    query = each.value.attributes.filter.query
  }
  dynamic "group_by" {
    for_each = each.value.attributes.group_by
    content {
      path     = group_by.value.path
      tag_name = group_by.value.tag_name
    }
  }
}

resource "datadog_logs_metric" "metric" {
  for_each = local.logs_metrics
  name     = each.value.id

  compute {
    aggregation_type    = each.value.attributes.compute.aggregation_type
    include_percentiles = lookup(each.value.attributes.compute, "include_percentiles", null)
    path                = lookup(each.value.attributes.compute, "path", null)
  }
  filter {
    query = each.value.attributes.filter.query
  }
  dynamic "group_by" {
    for_each = each.value.attributes.group_by
    content {
      path     = group_by.value.path
      tag_name = group_by.value.tag_name
    }
  }
}

resource "datadog_apm_retention_filter" "roots" {
  name        = local.retention.name
  rate        = format("%.1f", local.retention.rate)
  filter_type = local.retention.filter_type
  enabled     = local.retention.enabled
  filter {
    query = local.retention.filter.query
  }
}

resource "datadog_dashboard_json" "dashboard" {
  dashboard  = file("${path.module}/dashboard.json")
  depends_on = [datadog_spans_metric.metric, datadog_logs_metric.metric]
}

resource "datadog_monitor_json" "monitor" {
  for_each   = fileset(path.module, "monitors/*.json")
  monitor    = replace(file("${path.module}/${each.value}"), "@your-team", var.notify)
  depends_on = [datadog_spans_metric.metric, datadog_logs_metric.metric]
}

output "dashboard" {
  value = datadog_dashboard_json.dashboard.url
}
