# Honeycomb: the board with its queries, triggers and service level objectives, from the JSON files beside this one.
# Made by `spanwright backends honeycomb`.
#
#   terraform init && HONEYCOMB_API_KEY=… terraform apply -var 'email=you@example.com'
terraform {
  required_version = ">= 1.3"
  required_providers {
    honeycombio = {
      source  = "honeycombio/honeycombio"
      version = ">= 0.37"
    }
  }
}

variable "api_url" {
  type        = string
  default     = "https://api.honeycomb.io"
  description = "https://api.eu1.honeycomb.io in the EU."
}

variable "dataset" {
  type        = string
  default     = "__all__"
  description = "One dataset; default: all of the environment."
}

variable "email" {
  type        = string
  description = "Who is told by the triggers."
}

provider "honeycombio" {
  api_url = var.api_url
}

locals {
  queries  = { for file in fileset("${path.module}/queries", "*.json") : trimsuffix(file, ".json") => jsondecode(file("${path.module}/queries/${file}")) }
  triggers = { for file in fileset("${path.module}/triggers", "*.json") : trimsuffix(file, ".json") => jsondecode(file("${path.module}/triggers/${file}")) }
  columns  = { for file in fileset("${path.module}/derived_columns", "*.json") : trimsuffix(file, ".json") => jsondecode(file("${path.module}/derived_columns/${file}")) }
  slos     = { for file in fileset("${path.module}/slos", "*.json") : trimsuffix(file, ".json") => jsondecode(file("${path.module}/slos/${file}")) }
  board    = jsondecode(file("${path.module}/board.json"))
}

resource "honeycombio_query" "query" {
  for_each   = local.queries
  dataset    = var.dataset
  query_json = jsonencode(each.value.query)
}

resource "honeycombio_query_annotation" "annotation" {
  for_each    = local.queries
  dataset     = var.dataset
  query_id    = honeycombio_query.query[each.key].id
  name        = each.value.name
  description = each.value.description
}

resource "honeycombio_derived_column" "sli" {
  for_each    = local.columns
  dataset     = var.dataset
  alias       = each.value.alias
  description = each.value.description
  expression  = each.value.expression
}

resource "honeycombio_slo" "slo" {
  for_each          = local.slos
  dataset           = var.dataset
  name              = each.value.name
  description       = each.value.description
  sli               = honeycombio_derived_column.sli[each.key].alias
  target_percentage = each.value.target_per_million / 10000
  time_period       = each.value.time_period_days
  tags              = { for tag in each.value.tags : tag.key => tag.value }
}

resource "honeycombio_email_recipient" "team" {
  address = var.email
}

resource "honeycombio_trigger" "trigger" {
  for_each    = local.triggers
  dataset     = var.dataset
  name        = each.value.name
  description = each.value.description
  query_json  = jsonencode(each.value.query)
  frequency   = each.value.frequency
  alert_type  = each.value.alert_type
  tags        = { for tag in each.value.tags : tag.key => tag.value }

  threshold {
    op    = each.value.threshold.op
    value = each.value.threshold.value
  }
  dynamic "baseline_details" {
    for_each = [for key, details in each.value : details if key == "baseline_details"]
    content {
      type           = baseline_details.value.type
      offset_minutes = baseline_details.value.offset_minutes
    }
  }
  recipient {
    id = honeycombio_email_recipient.team.id
  }
}

resource "honeycombio_flexible_board" "board" {
  name        = local.board.name
  description = local.board.description
  tags        = { for tag in local.board.tags : tag.key => tag.value }

  dynamic "preset_filter" {
    for_each = local.board.preset_filters
    content {
      column = preset_filter.value.column
      alias  = preset_filter.value.alias
    }
  }
  dynamic "panel" {
    for_each = local.board.panels
    content {
      type = panel.value.type
      position {
        x_coordinate = panel.value.position.x_coordinate
        y_coordinate = panel.value.position.y_coordinate
        width        = panel.value.position.width
        height       = panel.value.position.height
      }
      dynamic "query_panel" {
        for_each = [for key, inner in panel.value : inner if key == "query_panel"]
        content {
          query_id            = honeycombio_query.query[trimprefix(query_panel.value.query_id, "query:")].id
          query_annotation_id = honeycombio_query_annotation.annotation[trimprefix(query_panel.value.query_annotation_id, "annotation:")].id
          query_style         = query_panel.value.query_style
        }
      }
      dynamic "slo_panel" {
        for_each = [for key, inner in panel.value : inner if key == "slo_panel"]
        content {
          slo_id = honeycombio_slo.slo[trimprefix(slo_panel.value.slo_id, "slo:")].id
        }
      }
      dynamic "text_panel" {
        for_each = [for key, inner in panel.value : inner if key == "text_panel"]
        content {
          content = text_panel.value.content
        }
      }
    }
  }
}

output "board" {
  value = honeycombio_flexible_board.board.board_url
}
