#!/usr/bin/perl
# Makes a new InternalCA on every run, then new certificates, then pushes them over the tunnels that live.
# Its texts and questions are the lab's belief, as those of the other lab are.
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;
use IO::Socket::UNIX;
use JSON::PP;
use MIME::Base64;
use POSIX qw(strftime);
use Time::HiRes qw(sleep time);

$| = 1;
binmode(STDOUT, ':utf8');
if ($> != 0) { print STDERR "This script must be run as root.\n"; exit 1 }
my $options = setting('generation', {});
my $log = '/var/log/sf/sfca_generation.log';
my $json = JSON::PP->new->utf8->canonical;
my $by_hand = ($ENV{BY_HAND} // '') eq 'yes';
my $uuid = ims('APPLIANCE_UUID');

sub show { my ($text) = @_; print $text; on_terminal($text) }
sub say_it { my ($text) = @_; show($text); log_to($log, $text) }
sub refused {
    my @tasks = critical_tasks();
    return 0 unless @tasks;
    say_it("Critical task is running: $_->{name}\n") for @tasks;
    say_it("Cannot generate certificates while critical tasks are running. Exiting.\n");
    exit($options->{refusalExitCode} // 1);
}
sub ask {
    my ($question) = @_;
    return 'yes' if $by_hand;
    # It asks the terminal, whatever its standard input and output are.
    open(my $terminal, '+<', '/dev/tty') or exit 129;
    on_terminal($question);
    syswrite($terminal, $question);
    my $answer = <$terminal>;
    exit 129 unless defined $answer;
    on_terminal($answer);
    chomp $answer;
    return $answer;
}
sub pause { sleep(($options->{ $_[0] } // 0) / 1000) }
sub stamp { strftime('%Y%m%d%H%M%SZ', gmtime $_[0]) }
sub digest { my $text = `openssl x509 -noout -fingerprint -sha256 -in $_[0]`; return $text =~ /=(\S+)/ ? $1 : '' }

open(my $starts, '>>', '/.lab/generate-starts') or die "no lab: $!\n";
print $starts "1\n";
close $starts;
reach('started');
show("Log file: $log\n");
pause('checkMs');
refused();
my ($not_after) = `openssl x509 -noout -enddate -in /etc/sf/ca_root/cacert.pem` =~ /notAfter=(.*)/;
my $expires = `date -u -d '$not_after' +%s`;
say_it(sprintf "Current ca_root expires in %d days - at %s\n", POSIX::floor(($expires - time) / 86400), $not_after);
reach('asked');
for my $question (@{ $options->{questions} // [] }) {
    next if ask($question) =~ /^\s*yes\s*$/i;
    say_it("Aborted. Nothing was changed.\n");
    exit 1;
}
reach('after-yes');
refused();

my $now = time;
my $folder = '/var/tmp/certs/' . int $now;
my %run = (at => int($now * 1000), folder => $folder, finished => JSON::PP::false, pushed => [], failed => []);
my $record = '/.lab/runs/' . int($now * 1000) . '.json';
sub record { spew($record, $json->encode(\%run)) }

say_it("Generating new InternalCA\n");
pause('caMs');
my ($from, $to) = (stamp($now), stamp($now + 3650 * 86400));
system('/usr/local/sf/lib/sfca', 'new', '/etc/sf/ca_root', $uuid, $from, $to) == 0 or die "no new InternalCA\n";
system('mkdir', '-p', $folder);
$run{caFingerprint} = digest('/etc/sf/ca_root/cacert.pem');
record();
reach('after-ca');
say_it("Generating new sftunnel certificates\n");
pause('issueMs');
sub issue { system('/usr/local/sf/lib/sfca', 'issue', '/etc/sf/ca_root', $_[0], $_[1], $from, $to) == 0 or die "no certificate for $_[0]\n" }
my $work = "$folder/own";
issue($uuid, $work);
system('mv', '-f', "$work/sftunnel-key.pem", "$work/sftunnel-cert.pem", '/etc/sf/keys/');
rmdir $work;
my @peers = map { $json->decode(slurp($_)) } glob '/var/sf/peers/*/sftunnel.json';
for my $peer (@peers) {
    my $at = "$folder/$peer->{uuid}";
    issue($peer->{uuid}, $at);
    system('cp', '/etc/sf/ca_root/cacert.pem', $at);
    my $kept = "/var/sf/peers/$peer->{uuid}/certs_pushed";
    system('mkdir', '-p', $kept);
    system('cp', '-p', (map { "$at/$_" } qw(cacert.pem sftunnel-cert.pem sftunnel-key.pem)), $kept);
}
reach('after-issue');

sub push_set {
    my ($peer) = @_;
    my $to = "/var/sf/peers/$uuid";
    my %files = map { ("$to/$_" => encode_base64(slurp("$folder/$peer->{uuid}/$_"), '')) } qw(cacert.pem sftunnel-cert.pem sftunnel-key.pem);
    my $socket = IO::Socket::UNIX->new(Peer => '/var/sf/run/sftunnel.sock') or return 0;
    print $socket $json->encode({ push => { to => $peer->{uuid}, files => \%files } });
    $socket->shutdown(1);
    local $/;
    my $answer = <$socket>;
    return $answer ? $json->decode($answer)->{ok} : 0;
}
for my $peer (@peers) {
    pause('pushMs');
    if (push_set($peer)) {
        push @{ $run{pushed} }, $peer->{uuid};
        say_it("Successfully pushed to $peer->{name}\n");
    } else {
        push @{ $run{failed} }, $peer->{uuid};
        my ($head, $to) = ("$peer->{uuid} $peer->{name} $peer->{ip}", "/var/sf/peers/$uuid");
        open(my $missed, '>>:utf8', "$folder/FAILED_PUSH");
        if (($options->{failedPushForm} // '') eq 'folder') { print $missed "$head $folder/$peer->{uuid} $to\n" }
        else { print $missed "$head $folder/$peer->{uuid}/$_ $to/$_\n" for qw(cacert.pem sftunnel-cert.pem sftunnel-key.pem) }
        close $missed;
        say_it("Failed to push to $peer->{name} = $folder/FAILED_PUSH\n");
    }
    record();
    reach('during-push');
}
spew("$folder/FAILED_PUSH", '') if !@{ $run{failed} } && ($options->{onFullSuccess} // '') eq 'empty';
$run{finished} = JSON::PP::true;
record();
my $missed = @{ $run{failed} };
say_it($missed ? "Certificates were generated. $missed peer(s) need manual steps, see $folder/FAILED_PUSH\n" : "Certificates were generated and pushed to all peers.\n");
reach('done');
